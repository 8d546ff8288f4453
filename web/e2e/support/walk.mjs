// Every page in one language: it answers, says what it is, speaks the language, breaks no rule of axe and complains of nothing.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { people, session } from "./accounts.mjs";
import { violations } from "./axe.mjs";
import { complaints, launch, open, visitor } from "./browser.mjs";
import { strangers, writtenWords } from "./language.mjs";
import { routes, world } from "./routes.mjs";
import { address } from "./site.mjs";
import { locales } from "./words.mjs";

export function walk(locale, size) {
  describe(`every page in ${locale}, ${size}`, () => {
    let browser;
    let allowed;
    const contexts = new Map();
    before(async () => {
      browser = await launch();
      const { listing, seller } = await world();
      allowed = await writtenWords(locale, listing.id, seller);
    });
    after(() => browser?.close());

    const contextOf = (role) => {
      const key = role ?? "visitor";
      if (!contexts.has(key)) {
        const signedIn = role ? session(people[role]) : Promise.resolve(undefined);
        contexts.set(
          key,
          signedIn.then((state) => visitor(browser, { locale, size, theme: "light", session: state })),
        );
      }
      return contexts.get(key);
    };

    // The routes are found while tests run; one test a page keeps the report readable.
    test("all routes", async (t) => {
      for (const route of await routes()) {
        await t.test(`${route.name} ${route.path}`, () => check(route));
      }
    });

    async function check({ path, role, status = 200, search, slugs }) {
      const page = await (await contextOf(role)).newPage();
      try {
        const found = complaints(page);
        const response = await open(page, address(locale, path));
        assert.equal(response.status(), status, "status");
        assert.equal(await page.getAttribute("html", "lang"), locale, "lang");
        assert.equal(await page.locator("h1").count(), 1, "one h1");
        const title = await page.title();
        assert.ok(title.length > 3, `a title, not «${title}»`);
        if (search) await checkLinks(page, slugs ? undefined : path);
        const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(sideways <= 0, `the page is ${sideways} px wider than the screen`);
        assert.deepEqual(await strangers(page, locale, allowed), [], "words of another language");
        assert.deepEqual(await violations(page), [], "axe");
        assert.deepEqual(found, [], "errors in the browser");
      } finally {
        await page.close();
      }
    }

    async function checkLinks(page, path) {
      const hrefs = await page
        .locator('link[rel="alternate"][hreflang]')
        .evaluateAll((links) => Object.fromEntries(links.map((link) => [link.hreflang, link.href])));
      for (const other of locales) assert.ok(hrefs[other], `hreflang ${other}`);
      assert.ok(hrefs["x-default"], "hreflang x-default");
      const canonical = await page.getAttribute('link[rel="canonical"]', "href");
      assert.equal(new URL(canonical).pathname, new URL(hrefs[locale]).pathname, "canonical");
      if (path) assert.equal(new URL(canonical).pathname, new URL(address(locale, path)).pathname, "canonical");
      const description = await page.getAttribute('meta[name="description"]', "content");
      assert.ok(description?.length > 20, "a description");
    }
  });
}
