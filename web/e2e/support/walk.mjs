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
      allowed = await writtenWords(locale, await world());
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

    /** All that is wrong with a page at once, not only the first. */
    async function check({ path, role, status = 200, search, slugs }) {
      const page = await (await contextOf(role)).newPage();
      try {
        const found = complaints(page);
        const response = await open(page, address(locale, path));
        const wrong = [
          ...(await facts(page, response, status)),
          ...(search ? await links(page, slugs ? undefined : path) : []),
          ...(await strangers(page, locale, allowed, new URL(page.url()).searchParams.get("q") ?? "")).map(
            (word) => `another language: ${word}`,
          ),
          ...(await violations(page)),
          ...found,
        ];
        assert.equal(wrong.length, 0, `${page.url()}\n  ${wrong.join("\n  ")}`);
      } finally {
        await page.close();
      }
    }

    async function facts(page, response, status) {
      const wrong = [];
      const expect = (fine, text) => fine || wrong.push(text);
      expect(response.status() === status, `status ${response.status()}, not ${status}`);
      const lang = await page.getAttribute("html", "lang");
      expect(lang === locale, `lang is ${lang}`);
      const headings = await page.locator("h1").count();
      expect(headings === 1, `${headings} headings of the first level`);
      const title = await page.title();
      expect(title.length > 3, `the title is «${title}»`);
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(sideways <= 0, `${sideways} px wider than the screen`);
      return wrong;
    }

    /** What a page that machines may index says about itself. */
    async function links(page, path) {
      const wrong = [];
      const expect = (fine, text) => fine || wrong.push(text);
      const hrefs = await page
        .locator('link[rel="alternate"][hreflang]')
        .evaluateAll((all) => Object.fromEntries(all.map((link) => [link.hreflang, link.href])));
      for (const other of [...locales, "x-default"]) expect(hrefs[other], `no hreflang ${other}`);
      const canonical = await page.evaluate(() => document.querySelector('link[rel="canonical"]')?.href);
      expect(canonical === hrefs[locale], `canonical is ${canonical}, the page's own hreflang ${hrefs[locale]}`);
      if (path && canonical) expect(new URL(canonical).pathname === new URL(address(locale, path)).pathname, canonical);
      const description = await page.evaluate(() => document.querySelector('meta[name="description"]')?.content);
      expect(description?.length > 20, `the description is «${description}»`);
      return wrong;
    }
  });
}
