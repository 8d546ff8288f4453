// Lighthouse on the home page, the results and an ad: phone (throttled as Lighthouse does) and desktop.
// Prints a table, writes JSON where --json PATH says, ends with 1 when a score is below its bar.
import { writeFileSync } from "node:fs";
import desktopConfig from "lighthouse/core/config/desktop-config.js";
import lighthouse from "lighthouse";
import { launch } from "./support/browser.mjs";
import { world } from "./support/routes.mjs";
import { address } from "./support/site.mjs";

const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
const PERFECT = { accessibility: 100, "best-practices": 100, seo: 100 };
const BARS = { phone: { ...PERFECT, performance: 95 }, desktop: { ...PERFECT, performance: 100 } };
const METRICS = {
  LCP: "largest-contentful-paint",
  TBT: "total-blocking-time",
  CLS: "cumulative-layout-shift",
};

const target = process.argv.includes("--json") ? process.argv[process.argv.indexOf("--json") + 1] : undefined;
const PORT = 9337;
const { listing, category } = await world();
// Results that machines may index: a category's. A search for words asks them not to.
const pages = { home: "/", results: category("cars"), listing: `/listings/${listing.id}` };
const browser = await launch([`--remote-debugging-port=${PORT}`]);
const results = [];
try {
  for (const [name, path] of Object.entries(pages)) {
    for (const [device, bars] of Object.entries(BARS)) {
      const flags = { port: PORT, output: "json", logLevel: "error", onlyCategories: CATEGORIES };
      const run = await lighthouse(address("sr-Latn", path), flags, device === "desktop" ? desktopConfig : undefined);
      const { lhr } = run;
      const scores = Object.fromEntries(
        CATEGORIES.map((category) => [category, Math.round((lhr.categories[category].score ?? 0) * 100)]),
      );
      const metrics = Object.fromEntries(
        Object.entries(METRICS).map(([short, id]) => [short, Number(lhr.audits[id].numericValue.toFixed(3))]),
      );
      const below = CATEGORIES.filter((category) => scores[category] < bars[category]);
      const failed = below.flatMap((category) =>
        lhr.categories[category].auditRefs
          .filter(({ id, weight }) => weight > 0 && (lhr.audits[id].score ?? 1) < 0.9)
          .map(({ id }) => `${category}: ${lhr.audits[id].title} ${lhr.audits[id].displayValue ?? ""}`),
      );
      results.push({ page: name, device, ...scores, ...metrics, below, failed });
    }
  }
} finally {
  await browser.close();
}
console.table(results.map(({ below, failed, ...row }) => ({ ...row, below: below.join(" "), failed: failed.length })));
for (const { page, device, failed } of results) for (const line of failed) console.log(`${page}, ${device}: ${line}`);
if (target) writeFileSync(target, `${JSON.stringify(results, null, 2)}\n`);
process.exitCode = results.some(({ below }) => below.length > 0) ? 1 : 0;
