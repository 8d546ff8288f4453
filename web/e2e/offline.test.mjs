// With the network off: what was seen can be read again, everything else says what is the matter.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { newAccount, PASSWORD } from "./support/accounts.mjs";
import { launch, open, press, visitor } from "./support/browser.mjs";
import { world } from "./support/routes.mjs";
import { address, eventually } from "./support/site.mjs";
import { words } from "./support/words.mjs";

const t = words();

describe("offline", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  /** A page that the worker serves. One that the browser does not start in time is asked for once more by somebody new. */
  async function served(path, options, tries = 2) {
    const context = await visitor(browser, { ...options, serviceWorkers: "allow" });
    const page = await context.newPage();
    try {
      await open(page, address("sr-Latn", path));
      await page.waitForFunction(async () => Boolean((await navigator.serviceWorker.getRegistration())?.active));
      // The worker serves pages that are opened from now on.
      await page.reload({ waitUntil: "load" });
      await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
      return { context, page };
    } catch (error) {
      if (tries === 1) throw error;
      await context.close();
      return served(path, options, tries - 1);
    }
  }

  test("the last seen ad can be read, another page says that there is no network", async () => {
    const { listing } = await world();
    const { context, page } = await served("/", { size: "phone" });
    await open(page, address("sr-Latn", `/listings/${listing.id}`));
    const title = await page.locator("h1").innerText();
    const seen = page.url();
    await page.waitForFunction(async (url) => (await caches.match(url)) !== undefined, seen);

    await context.setOffline(true);
    await page.goto(seen, { waitUntil: "load" });
    assert.equal(await page.locator("h1").innerText(), title, "the ad");
    await page.goto(address("sr-Latn", "/search?q=nikad+otvoreno"), { waitUntil: "load" });
    await page.getByRole("heading", { level: 1, name: t("offline.title") }).waitFor();
    await context.setOffline(false);
    await context.close();
  });

  test("what somebody saw goes when they sign out", async () => {
    const { email } = await newAccount("odlazi");
    const { listing } = await world();
    const { context, page } = await served("/sign-in", {});
    // The worker passes the whole way to the provider and back on.
    await page.getByLabel(t("auth.email")).fill(email);
    await page.getByLabel(t("auth.password"), { exact: true }).fill(PASSWORD);
    await press(page.getByRole("button", { name: t("auth.signIn.submit"), exact: true }));
    await page.waitForURL(address("sr-Latn", "/"));
    await open(page, address("sr-Latn", `/listings/${listing.id}`));
    const kept = () => page.evaluate(async () => (await (await caches.open("svetu-seen")).keys()).length);
    await eventually("the ad to be kept", async () => (await kept()) === 1);

    await open(page, address("sr-Latn", "/account"));
    await page.locator("main form[action='/session/end'] button").click();
    await page.waitForURL(address("sr-Latn", "/"));
    await eventually("the ad to be forgotten", async () => (await kept()) === 0, 5_000);
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
