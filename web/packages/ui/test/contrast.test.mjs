import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

const css = readFileSync(new URL("../src/tokens.css", import.meta.url), "utf8");

function block(selector) {
  const start = css.indexOf(selector);
  assert.notEqual(start, -1, `${selector} is in tokens.css`);
  const body = css.slice(css.indexOf("{", start) + 1, css.indexOf("}", start));
  return Object.fromEntries([...body.matchAll(/--([\w-]+):\s*([^;]+);/g)].map((m) => [m[1], m[2].trim()]));
}

function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const themes = { light: block('[data-theme="light"]'), dark: block('[data-theme="dark"]') };
const TEXT = 4.5;
const CONTROL = 3;
const pairs = [
  ...["ink", "quiet", "accent", "good", "warning", "danger"].flatMap((fg) =>
    ["bg", "surface", "raised"].map((bg) => [fg, bg, TEXT]),
  ),
  ["on-accent", "accent", TEXT],
  ["on-danger", "danger", TEXT],
  ["accent", "accent-soft", TEXT],
  ["ink", "accent-soft", TEXT],
  ["good", "good-soft", TEXT],
  ["warning", "warning-soft", TEXT],
  ["danger", "danger-soft", TEXT],
  ["ink", "warning-soft", TEXT],
  ["ink", "danger-soft", TEXT],
  ["control", "bg", CONTROL],
  ["control", "surface", CONTROL],
  ["control", "raised", CONTROL],
];

for (const [name, theme] of Object.entries(themes)) {
  test(`${name}: contrast`, () => {
    for (const [fg, bg, least] of pairs) {
      const ratio = contrast(theme[fg], theme[bg]);
      assert.ok(ratio >= least, `${fg} on ${bg} is ${ratio.toFixed(2)}, needs ${least}`);
    }
  });
}

test("the system's dark theme equals the chosen one", () => {
  assert.deepEqual(block('[data-theme="system"]'), themes.dark);
});

for (const vertical of ["klimagrad", "coin", "solar"]) {
  test(`${vertical}: the accent keeps its contrast`, () => {
    const accents = block(`[data-vertical="${vertical}"]`);
    const pair = (key) => accents[key].match(/#[0-9a-f]{6}/g);
    ["light", "dark"].forEach((name, i) => {
      const theme = { ...themes[name], accent: pair("accent")[i], "on-accent": pair("on-accent")[i] };
      for (const bg of ["bg", "surface", "raised"]) {
        assert.ok(contrast(theme.accent, theme[bg]) >= TEXT, `${name} accent on ${bg}`);
      }
      assert.ok(contrast(theme["on-accent"], theme.accent) >= TEXT, `${name} on-accent`);
      assert.ok(contrast(theme.accent, pair("accent-soft")[i]) >= TEXT, `${name} accent on accent-soft`);
    });
  });
}
