// With the network off: what was seen can be read again, everything else says what is the matter.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open, visitor } from "./support/browser.mjs";
import { world } from "./support/routes.mjs";
import { address } from "./support/site.mjs";
import { words } from "./support/words.mjs";

describe("offline", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  test("the last seen ad can be read, another page says that there is no network", async () => {
    const context = await visitor(browser, { size: "phone", serviceWorkers: "allow" });
    const page = await context.newPage();
    const { listing } = await world();
    await open(page, address("sr-Latn", "/"));
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    // The worker serves pages that are opened from now on.
    await page.reload({ waitUntil: "load" });
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await open(page, address("sr-Latn", `/listings/${listing.id}`));
    const title = await page.locator("h1").innerText();
    const seen = page.url();
    await page.waitForFunction(async (url) => (await caches.match(url)) !== undefined, seen);

    await context.setOffline(true);
    await page.goto(seen, { waitUntil: "load" });
    assert.equal(await page.locator("h1").innerText(), title, "the ad");
    await page.goto(address("sr-Latn", "/search?q=nikad+otvoreno"), { waitUntil: "load" });
    await page.getByRole("heading", { level: 1, name: words()("offline.title") }).waitFor();
    await context.setOffline(false);
    await context.close();
  });

  test("the site can be installed", async () => {
    const context = await visitor(browser);
    const page = await context.newPage();
    await open(page, address("sr-Latn", "/"));
    const manifest = await page.getAttribute('link[rel="manifest"]', "href");
    const response = await page.request.get(new URL(manifest, page.url()).href);
    const { name, icons, start_url: start, display } = await response.json();
    assert.ok(name && start && display, "name, start and display");
    for (const size of ["192x192", "512x512"]) {
      const icon = icons.find(({ sizes }) => sizes.includes(size));
      const picture = await page.request.get(new URL(icon.src, page.url()).href);
      assert.equal(picture.status(), 200, icon.src);
    }
    await context.close();
  });
});
