import axe from "axe-core";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** What a theme can change; everything else is the same document. */
const OF_COLOUR = ["color-contrast", "link-in-text-block"];

async function run(page, options) {
  const violations = await page.evaluate(async (given) => {
    const { violations: all } = await globalThis.axe.run(document, { ...given, resultTypes: ["violations"] });
    return all.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.slice(0, 4).map(({ target, failureSummary }) => `${target.join(" ")} – ${failureSummary}`),
    }));
  }, options);
  return violations.map(({ id, help, nodes }) => `${id} (${help})\n    ${nodes.join("\n    ")}`);
}

/** The violations of a page in the light and in the dark. */
export async function violations(page) {
  await page.evaluate(axe.source);
  await theme(page, "light");
  const light = await run(page, { runOnly: { type: "tag", values: TAGS } });
  await theme(page, "dark");
  const dark = await run(page, { runOnly: { type: "rule", values: OF_COLOUR } });
  await theme(page, "light");
  return [...light.map((text) => `light: ${text}`), ...dark.map((text) => `dark: ${text}`)];
}

async function theme(page, name) {
  await page.evaluate(async (value) => {
    document.documentElement.dataset.theme = value;
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    await frame();
    // Colours move in transitions: what is measured must have arrived.
    do await frame();
    while (document.getAnimations().some(({ playState }) => playState === "running"));
  }, name);
}
