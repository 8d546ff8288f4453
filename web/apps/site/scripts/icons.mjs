// Draws public/icons from the logo. Run by hand when the logo changes: node scripts/icons.mjs
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const out = (name) => fileURLToPath(new URL(`../public/icons/${name}`, import.meta.url));
const PLUM = "#7a1f5c";

/** `space`: the part of the edge left around the mark; `ground`: a filled square behind it. */
function svg({ ground, space, radius }) {
  const scale = 1 - 2 * space;
  const mark = ground ? "#ffffff" : PLUM;
  const hole = ground ?? "#ffffff";
  const back = ground ? `<rect width="32" height="32" rx="${radius * 32}" fill="${ground}"/>` : "";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${back}<g transform="translate(${space * 32} ${space * 32}) scale(${scale})"><path fill="${mark}" d="M17.3 2.6a4 4 0 0 1 2.8-1.2h7.4a3.1 3.1 0 0 1 3.1 3.1v7.4a4 4 0 0 1-1.2 2.8L14.7 29.4a4 4 0 0 1-5.7 0L2.6 23a4 4 0 0 1 0-5.7L17.3 2.6Z"/><circle cx="23.6" cy="8.4" r="2.6" fill="${hole}"/><path fill="none" stroke="${hole}" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round" d="m9.4 18.8 4 4 7.4-8.6"/></g></svg>\n`;
}

const rounded = svg({ ground: PLUM, space: 0.2, radius: 0.22 });
const square = svg({ ground: PLUM, space: 0.24, radius: 0 });
writeFileSync(out("icon.svg"), rounded);

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage();
async function png(name, drawing, size) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>*{margin:0}svg{display:block;width:100vw;height:100vh}</style>${drawing}`);
  return page.screenshot({ path: name && out(name), omitBackground: true });
}
await png("icon-192.png", rounded, 192);
await png("icon-512.png", rounded, 512);
await png("maskable-512.png", square, 512);
await png("apple-180.png", square, 180);
const small = await png(undefined, rounded, 48);
await browser.close();

// An ICO of one PNG: what asks for /favicon.ico without reading the page.
const header = Buffer.alloc(22);
header.writeUInt16LE(1, 2);
header.writeUInt16LE(1, 4);
header.set([48, 48, 0, 0, 1, 0, 32, 0], 6);
header.writeUInt32LE(small.length, 14);
header.writeUInt32LE(22, 18);
writeFileSync(fileURLToPath(new URL("../public/favicon.ico", import.meta.url)), Buffer.concat([header, small]));
