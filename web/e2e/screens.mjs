// Pictures of every page: both themes and sizes in Serbian, one size in every language. Into web/screens.
import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { people, session } from "./support/accounts.mjs";
import { launch, open, visitor } from "./support/browser.mjs";
import { routes } from "./support/routes.mjs";
import { address } from "./support/site.mjs";
import { locales } from "./support/words.mjs";

/** Longer pages are cut: a picture that nobody can look at helps nobody. */
const HEIGHT_MAX = 4000;
const folder = fileURLToPath(new URL("../screens", import.meta.url));
const only = process.argv[2];

const looks = [
  { locale: "sr-Latn", size: "phone", theme: "light" },
  { locale: "sr-Latn", size: "phone", theme: "dark" },
  { locale: "sr-Latn", size: "desktop", theme: "light" },
  { locale: "sr-Latn", size: "desktop", theme: "dark" },
  ...locales.slice(1).map((locale) => ({ locale, size: "phone", theme: "light" })),
];

const file = ({ name }) => name.replace(/^\//, "").replace(/[^a-z0-9]+/gi, "-");

if (!only) rmSync(folder, { recursive: true, force: true });
const browser = await launch();
const all = (await routes()).filter((route) => !only || route.name.includes(only) || route.path.includes(only));
let count = 0;
for (const look of looks) {
  const into = `${folder}/${look.locale}-${look.size}-${look.theme}`;
  mkdirSync(into, { recursive: true });
  for (const role of new Set(all.map((route) => route.role))) {
    const context = await visitor(browser, { ...look, session: role && (await session(people[role])) });
    for (const route of all.filter((one) => one.role === role)) {
      const page = await context.newPage();
      await open(page, address(look.locale, route.path));
      // Pictures come when they are near: go down once, then up again.
      await page.evaluate(async () => {
        for (let y = 0; y < document.body.scrollHeight; y += innerHeight) {
          scrollTo(0, y);
          await new Promise(requestAnimationFrame);
        }
        scrollTo(0, 0);
      });
      await page.waitForLoadState("networkidle");
      const { width } = page.viewportSize();
      const height = Math.min(HEIGHT_MAX, await page.evaluate(() => document.documentElement.scrollHeight));
      await page.screenshot({
        path: `${into}/${file(route)}.png`,
        fullPage: true,
        clip: { x: 0, y: 0, width, height },
      });
      count += 1;
      await page.close();
    }
    await context.close();
  }
  process.stdout.write(`${look.locale} ${look.size} ${look.theme}\n`);
}
await browser.close();
process.stdout.write(`${count} pictures in ${folder}\n`);
