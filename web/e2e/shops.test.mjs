// A shop's team: somebody without an account is invited, joins, gets another role and goes; strangers see nothing.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { newAccount, PASSWORD } from "./support/accounts.mjs";
import { alertOf, complaints, launch, press, visitor } from "./support/browser.mjs";
import { linkTo } from "./support/mail.mjs";
import { address, base } from "./support/site.mjs";
import { words } from "./support/words.mjs";

const t = words();
const at = (path) => address("sr-Latn", path);
const cookieOf = ({ session }) => session.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");

describe("shops", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  for (const javaScriptEnabled of [true, false]) {
    test(`a team comes together ${javaScriptEnabled ? "with" : "without"} script`, async () => {
      const go = (locator) => (javaScriptEnabled ? press(locator) : locator.click());
      const size = javaScriptEnabled ? "phone" : "desktop";
      const owner = await newAccount("vlasnik");
      const context = await visitor(browser, { size, session: owner.session, javaScriptEnabled });
      const page = await context.newPage();
      const found = complaints(page);
      await page.goto(at("/account/shops"));
      await page.getByText(t("account.shops.none")).waitFor();
      const create = page.getByRole("button", { name: t("account.shops.create") });
      await page.getByLabel(t("account.shops.name")).fill("Zovi 064 123 45 67");
      await go(create);
      await alertOf(page).waitFor();
      await page.getByLabel(t("account.shops.name")).fill("Gume Petrović");
      await create.click();
      await page.waitForURL(/\/account\/shops\/tenant_/);
      const shop = new URL(page.url()).pathname.split("/").pop();

      // Nobody has this address here yet.
      const email = `poziv-${process.pid}-${javaScriptEnabled}@example.com`;
      await page.getByLabel(t("auth.email")).fill(email);
      await page.locator("#invite-role").selectOption("manager");
      await go(page.getByRole("button", { name: t("account.shops.invite"), exact: true }));
      await page.getByText(t("account.outcome.invited")).waitFor();
      await page.getByRole("listitem").filter({ hasText: email }).waitFor();

      const link = await linkTo(email, "/invitation");
      const other = await visitor(browser, { size, javaScriptEnabled });
      const theirs = await other.newPage();
      await theirs.goto(link);
      await theirs.getByText("Gume Petrović").waitFor();
      await theirs.getByRole("link", { name: t("account.shops.invitation.signUp") }).click();
      await theirs.getByLabel(t("auth.name")).fill("Mina Menadžer");
      await theirs.getByLabel(t("auth.email")).fill(email);
      await theirs.getByLabel(t("auth.password"), { exact: true }).fill(PASSWORD);
      await theirs.getByLabel(t("auth.signUp.accept")).check();
      await go(theirs.getByRole("button", { name: t("auth.signUp.submit") }));
      await theirs.getByText(t("auth.sent.title")).waitFor();
      await theirs.goto(await linkTo(email, "/verify"));
      await go(theirs.getByRole("button", { name: t("auth.verify.submit") }));
      await theirs.waitForURL(/\/account\?done=verified/);
      await theirs.goto(link);
      await go(theirs.getByRole("button", { name: t("account.shops.invitation.accept") }));
      await theirs.getByText(t("account.outcome.joined")).waitFor();
      // A manager invites, and changes no roles.
      await theirs.getByRole("button", { name: t("account.shops.invite"), exact: true }).waitFor();
      assert.equal(await theirs.getByRole("button", { name: t("account.shops.change") }).count(), 0);
      assert.equal(await theirs.getByRole("button", { name: t("account.shops.close") }).count(), 0);

      await page.goto(at(`/account/shops/${shop}`));
      const row = page.getByRole("listitem").filter({ hasText: "Mina Menadžer" });
      await row.getByRole("combobox").selectOption("member");
      await go(row.getByRole("button", { name: t("account.shops.change") }));
      await page.getByText(t("account.outcome.saved")).waitFor();
      await theirs.reload();
      assert.equal(await theirs.getByRole("button", { name: t("account.shops.invite"), exact: true }).count(), 0);

      // To strangers there is no such shop, and no such invitation.
      const stranger = await newAccount("stranac");
      const look = await fetch(`${base}/api/v1/identity/shops/${shop}`, { headers: { cookie: cookieOf(stranger) } });
      assert.equal(look.status, 404);
      const foreign = await visitor(browser, { size, session: stranger.session, javaScriptEnabled });
      const page404 = await foreign.newPage();
      assert.equal((await page404.goto(at(`/account/shops/${shop}`))).status(), 404);
      await page404.goto(link);
      await page404.getByText(t("account.shops.invitation.over")).waitFor();
      await foreign.close();

      await page.goto(at(`/account/shops/${shop}`));
      await go(row.getByRole("button", { name: t("account.shops.remove") }));
      await page.getByText(t("account.outcome.removed")).waitFor();
      assert.equal(await row.count(), 0);
      assert.equal((await theirs.goto(at(`/account/shops/${shop}`))).status(), 404);

      await page.getByLabel(t("account.shops.sure")).check();
      await go(page.getByRole("button", { name: t("account.shops.close") }));
      await page.getByText(t("account.outcome.closed")).waitFor();
      await page.getByText(t("account.shops.none")).waitFor();
      assert.deepEqual(found, [], "errors in the browser");
      await context.close();
      await other.close();
    });
  }
});
