// The journeys without a mouse: only Tab, Enter, Space and letters.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { newAccount, PASSWORD } from "./support/accounts.mjs";
import { launch, listening, open, visitor } from "./support/browser.mjs";
import { tabTo } from "./support/keyboard.mjs";
import { world } from "./support/routes.mjs";
import { address } from "./support/site.mjs";
import { pattern, words } from "./support/words.mjs";

const t = words();

describe("keyboard only", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  for (const size of ["phone", "desktop"]) {
    test(`finds an ad, opens it and keeps it, ${size}`, async () => {
      const { session } = await newAccount(`tastatura-${size}`);
      const context = await visitor(browser, { size, session });
      const page = await context.newPage();
      await open(page, address("sr-Latn", "/"));

      await page.keyboard.press("Tab");
      const skip = page.getByRole("link", { name: t("site.skip") });
      assert.ok(await skip.evaluate((link) => link === document.activeElement), "the first stop skips to the content");

      const box = page.getByRole("combobox", { name: t("searchBox.search") }).first();
      await listening(box);
      await tabTo(page, box);
      await page.keyboard.type("stan");
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/search\?q=stan/);
      await page.getByRole("heading", { level: 1, name: t("search.quoted", { words: "stan" }) }).waitFor();

      const card = page.locator("#results article").first();
      const heart = card.getByRole("button", { name: t("favourite.add") });
      await listening(heart);
      await tabTo(page, heart, 200);
      await page.keyboard.press("Space");
      await card.getByRole("button", { name: t("favourite.remove"), pressed: true }).waitFor();

      const link = card.getByRole("link");
      const title = await link.innerText();
      await page.keyboard.press("Shift+Tab");
      assert.ok(await link.evaluate((one) => one === document.activeElement), "the ad's link stands before its heart");
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/listings\//);
      await page.getByRole("heading", { level: 1, name: title }).waitFor();
      await context.close();
    });
  }

  test("signs in, and hears what is wrong", async () => {
    const { email: account } = await newAccount("prijava");
    const context = await visitor(browser);
    const page = await context.newPage();
    await open(page, address("sr-Latn", "/sign-in?next=/account/favourites"));
    const main = page.locator("main");
    const email = main.getByRole("textbox", { name: t("auth.email") });
    const password = main.getByRole("textbox", { name: t("auth.password"), exact: true });
    const submit = main.getByRole("button", { name: t("auth.signIn.submit"), exact: true });
    await listening(submit);

    await tabTo(page, email);
    await page.keyboard.type(account);
    await tabTo(page, password);
    await page.keyboard.type("nije-to-lozinka");
    await page.keyboard.press("Enter");
    const alert = main.getByRole("alert");
    await alert.waitFor();
    assert.ok(await alert.evaluate((box) => box === document.activeElement), "the summary has the focus");
    assert.equal(await email.inputValue(), account, "what was typed stays");

    await tabTo(page, password);
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/account\/favourites/);
    await context.close();
  });

  test("looks at photos and closes them", async () => {
    const context = await visitor(browser);
    const page = await context.newPage();
    const { listing } = await world();
    await open(page, address("sr-Latn", `/listings/${listing.id}`));
    const strip = page.getByRole("group", { name: pattern("sr-Latn", "listing.gallery.photo") });
    await listening(strip);
    await tabTo(page, strip);
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.ok(await strip.evaluate((one) => one === document.activeElement), "the focus comes back");
    await context.close();
  });
});
