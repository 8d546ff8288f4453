// Search is out, as when its machine hangs: categories are browsed, ads are read, words are told that they must wait. A cluster of its own,
// in which search is a process that can be frozen without anybody else's tests.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { violations } from "./support/axe.mjs";
import { complaints, launch, open, visitor } from "./support/browser.mjs";
import { eventually } from "./support/site.mjs";
import { locales, prefixes, words } from "./support/words.mjs";

const run = promisify(execFile);
const svetu = process.env.SVETU_BIN;
const t = words();
const PLAN = `
[[process]]
name = "rest"
roles = ["gateway", "identity", "media", "geo", "listings", "users"]

[[process]]
name = "search"
roles = ["search"]
`;
const START_MS = 240_000;
/** The gateway's own bound of a request (limits.request_ms_max), and what a slow machine adds. */
const DEADLINE_MS = 45_000;
/** Once it is known that search is out, pages come as fast as without it. */
const PAGE_MS = 4_000;
/** What the browser says of the answers that this is about. */
const EXPECTED = /Failed to load resource: the server responded with a status of (503|504)/;

/** The environment without the engines of the cluster that the other tests run against. */
function alone() {
  const own = (name) => !name.startsWith("SVETU_") || /^SVETU__(LIMITS|SMS)__/.test(name);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => own(name)));
}

describe("while search is out", { skip: svetu ? false : "SVETU_BIN is not set" }, () => {
  const folder = mkdtempSync(join(tmpdir(), "svetu-out-"));
  const cli = (...args) =>
    run(svetu, ["--state", folder, ...args], {
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      env: alone(),
      timeout: START_MS,
    });
  let base, browser, frozen, normal;
  const at = (path, locale = "sr-Latn") => `${base}${prefixes[locale]}${path}`;
  const timed = async (url, headers) => {
    const began = Date.now();
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(DEADLINE_MS) });
    return { status: response.status, headers: response.headers, text: await response.text(), ms: Date.now() - began };
  };
  const heard = (page) => {
    const found = complaints(page);
    return () => found.filter((line) => !EXPECTED.test(line));
  };

  before(
    async () => {
      chmodSync(folder, 0o755);
      const plan = join(folder, "plan.toml");
      writeFileSync(plan, PLAN);
      await cli("cluster", "up", "--file", plan, "--demo", "150", "--detach");
      base = JSON.parse(readFileSync(join(folder, "running.json"), "utf8")).url.replace(/\/$/, "");
      browser = await launch();
      normal = await timed(at("/c/vozila"));
      const { stdout } = await cli("cluster", "status", "--json");
      frozen = JSON.parse(stdout).find(({ name }) => name === "search").pid;
      process.kill(frozen, "SIGSTOP");
    },
    { timeout: START_MS },
  );
  after(async () => {
    if (frozen) process.kill(frozen, "SIGCONT");
    await browser?.close();
    await cli("stop").catch(() => undefined);
    let data;
    try {
      data = realpathSync(join(folder, "postgres"));
    } catch {
      data = folder;
    }
    for (const path of [folder, data]) rmSync(path, { recursive: true, force: true });
  });

  test("nobody waits beyond the deadline, and the API lists ads by category", async () => {
    assert.match(normal.text, /popovertarget="filters"/i, "with search there are filters");
    const asked = await timed(`${base}/api/v1/marketplace/search?q=golf`);
    assert.ok([503, 504].includes(asked.status), `${asked.status}`);
    assert.match(asked.headers.get("content-type"), /problem\+json/);
    const listed = await timed(`${base}/api/v1/marketplace/listings?category=vehicles&limit=5`);
    assert.equal(listed.status, 200);
    assert.ok(JSON.parse(listed.text).items.length > 0);
    assert.ok(listed.ms < PAGE_MS, `${listed.ms} ms`);
  });

  test("a category shows its newest ads, in every language", async () => {
    // Whoever comes first finds out; then nobody waits for it.
    for (let n = 0; n < 2; n += 1) assert.equal((await timed(at("/c/vozila"))).status, 200);
    for (const locale of locales) {
      const { status, headers, text, ms } = await timed(at("/c/vozila", locale));
      assert.equal(status, 200);
      assert.ok(ms < PAGE_MS, `${ms} ms`);
      assert.match(headers.get("cache-control"), /no-store/);
      assert.match(text, /<meta name="robots" content="noindex"/);
      assert.ok(text.includes(words(locale)("search.out.title")), locale);
      assert.doesNotMatch(text, /popovertarget="filters"/i);
    }
  });

  for (const javaScriptEnabled of [true, false]) {
    test(`from the home page to a category, its pages and an ad, ${javaScriptEnabled ? "with" : "without"} script`, async () => {
      const context = await visitor(browser, { size: "phone", javaScriptEnabled });
      const page = await context.newPage();
      const found = heard(page);
      await page.goto(at("/"));
      // Without script nothing that arrives late is put in its place.
      if (javaScriptEnabled)
        await page.locator("section[aria-labelledby=newest] a[href*='/listings/']").first().waitFor();
      await page
        .getByRole("navigation", { name: t("home.categories") })
        .getByRole("link")
        .first()
        .click();
      await page.getByText(t("search.out.title")).waitFor();
      assert.match(page.url(), /\/c\//);
      assert.equal(await page.getByRole("combobox", { name: t("search.sort.label") }).count(), 0);
      await page.goto(at("/search"));
      const ads = page.locator("main h3 a[href*='/listings/'], main article a[href*='/listings/']");
      const addresses = async () => (await ads.all()).map((ad) => ad.getAttribute("href"));
      const first = await Promise.all(await addresses());
      await page.getByRole("link", { name: t("search.nextPage") }).click();
      await page.getByRole("link", { name: t("search.firstPage") }).waitFor();
      const second = await Promise.all(await addresses());
      assert.ok(first.length > 0 && second.length > 0);
      assert.deepEqual(
        second.filter((address) => first.includes(address)),
        [],
      );
      await ads.first().click();
      await page.waitForURL(/\/listings\//);
      await page.getByRole("heading", { level: 1 }).waitFor();
      assert.equal(await page.locator("#similar").count(), 0);
      assert.deepEqual(found(), []);
      await context.close();
    });
  }

  test("words must wait: they stay in the box, the categories are near", async () => {
    const told = await timed(at("/search?q=golf+7"));
    assert.equal(told.status, 503);
    assert.match(told.headers.get("retry-after"), /^\d+$/);
    const part = await timed(at("/c/vozila?q=golf"), { rsc: "1" });
    assert.equal(part.status, 200, "a part of a page is shown, not reloaded");
    for (const [locale, size] of [
      ["sr-Latn", "phone"],
      ["sr-Cyrl", "desktop"],
      ["ru", "desktop"],
      ["en", "phone"],
    ]) {
      const context = await visitor(browser, { locale, size });
      const page = await context.newPage();
      const found = heard(page);
      await open(page, at("/search?q=golf+7", locale));
      await page.getByRole("heading", { level: 1, name: words(locale)("search.out.title") }).waitFor();
      assert.equal(await page.getByRole("combobox").first().inputValue(), "golf 7");
      assert.deepEqual(await violations(page), []);
      await page.locator("nav[aria-labelledby=categories]").getByRole("link").first().click();
      await page.waitForURL(/\/c\//);
      await page.getByText(words(locale)("search.out.newest")).waitFor();
      assert.deepEqual(await violations(page), []);
      assert.deepEqual(found(), []);
      await context.close();
    }
  });

  test("the map says why there is none, a seller's page that the ads cannot be shown", async () => {
    const map = await timed(at("/c/vozila?view=map"));
    assert.equal(map.status, 200);
    assert.ok(map.text.includes(t("search.out.map")));
    const { items } = JSON.parse((await timed(`${base}/api/v1/marketplace/listings?limit=1`)).text);
    const seller = await timed(at(`/sellers/${items[0].seller.id}`));
    assert.equal(seller.status, 200);
    assert.ok(seller.text.includes(t("seller.out.title")));
    const filtered = await timed(at("/c/vozila?price_max=100&view=list"));
    assert.ok(filtered.text.includes(t("search.out.newest")), "filters are told to be without effect");
  });

  test("when search is back, the pages are whole again", async () => {
    process.kill(frozen, "SIGCONT");
    const back = await eventually(
      "filters in the category",
      async () => /popovertarget="filters"/i.test((await timed(at("/c/vozila"))).text),
      60_000,
    );
    assert.ok(back);
    assert.equal((await timed(at("/search?q=golf"))).status, 200);
    assert.equal((await timed(at("/c/vozila?before=old"))).status, 200);
  });
});
