// A person takes their data along, thinks of leaving and stays: with script and without.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { newAccount, PASSWORD } from "./support/accounts.mjs";
import { alertOf, complaints, launch, open, press, visitor } from "./support/browser.mjs";
import { linkTo } from "./support/mail.mjs";
import { address, api, base, eventually } from "./support/site.mjs";
import { words } from "./support/words.mjs";

const t = words();
const at = (path) => address("sr-Latn", path);

/** As if it were a month ago that the person asked. */
async function monthGoesBy(account) {
  const { postgres_url: url } = JSON.parse(await readFile(`${process.env.SVETU_STATE}/running.json`, "utf8"));
  const sql = `update identity.job set run_at = now() where kind = 'identity.erase' and key = '${account}';
    update identity.erasure set due_at = now() where due_at = (select max(due_at) from identity.erasure)`;
  await promisify(execFile)("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", url, "-c", sql]);
}

describe("privacy", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? "with script" : "without script";
    const go = (locator) => (javaScriptEnabled ? press(locator) : locator.click());
    const visit = (page, url) => (javaScriptEnabled ? open(page, url) : page.goto(url));

    test(`everything about oneself in a file, ${how}`, async () => {
      const account = await newAccount("izvoz");
      const context = await visitor(browser, { session: account.session, javaScriptEnabled, acceptDownloads: true });
      const page = await context.newPage();
      const found = complaints(page);
      await visit(page, at("/account/privacy"));
      await go(page.getByRole("button", { name: t("account.privacy.exportAsk") }));
      await page.getByText(t("account.outcome.export")).waitFor();

      const link = await linkTo(account.email, "/account/privacy");
      await visit(page, link);
      const waiting = page.waitForEvent("download");
      await page.getByRole("link", { name: t("account.privacy.download") }).click();
      const download = await waiting;
      assert.equal(download.suggestedFilename(), "svetu.zip");
      const zip = await readFile(await download.path());
      assert.equal(zip.subarray(0, 2).toString(), "PK");
      for (const name of ["identity/account.json", "users/profile.json", "listings/ads.json", "search/found.json"]) {
        assert.ok(zip.includes(name), name);
      }
      // The link alone opens nothing to a stranger.
      const stranger = await newAccount("stranac");
      const cookie = stranger.session.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
      for (const [headers, status] of [
        [{}, 401],
        [{ cookie }, 404],
      ]) {
        const answer = await fetch(`${base}/api/v1/identity/me/export/file`, { headers });
        assert.equal(answer.status, status);
      }
      assert.deepEqual(found, [], "errors in the browser");
      await context.close();
    });

    test(`an erasure is asked for and taken back, ${how}`, async () => {
      const account = await newAccount("odlazak");
      const context = await visitor(browser, { session: account.session, javaScriptEnabled });
      const page = await context.newPage();
      await visit(page, at("/account/privacy"));
      const ask = page.getByRole("button", { name: t("account.privacy.eraseAsk") });
      await go(ask);
      await alertOf(page).waitFor();
      await page.getByLabel(t("account.privacy.sure")).check();
      await go(ask);
      await page.getByText(t("account.outcome.erasure")).waitFor();
      await linkTo(account.email, "/account/privacy");
      await context.close();

      // Whoever comes back is asked whether they stay.
      const again = await visitor(browser, { javaScriptEnabled });
      const back = await again.newPage();
      await visit(back, at("/sign-in"));
      await back.getByLabel(t("auth.email")).fill(account.email);
      await back.getByLabel(t("auth.password"), { exact: true }).fill(PASSWORD);
      await go(back.getByRole("button", { name: t("auth.signIn.submit"), exact: true }));
      await back.waitForURL(/\/account\/privacy/);
      await go(back.getByRole("button", { name: t("account.privacy.keep") }));
      await back.getByText(t("account.outcome.kept")).waitFor();
      assert.equal(await back.getByRole("button", { name: t("account.privacy.keep") }).count(), 0);
      await again.close();
    });

    test(`a month later the person is gone, ${how}`, { skip: !process.env.SVETU_STATE }, async () => {
      const account = await newAccount("zbogom");
      const context = await visitor(browser, { session: account.session, javaScriptEnabled });
      const page = await context.newPage();
      await visit(page, at("/account/privacy"));
      await page.getByLabel(t("account.privacy.sure")).check();
      await go(page.getByRole("button", { name: t("account.privacy.eraseAsk") }));
      await page.getByText(t("account.outcome.erasure")).waitFor();
      const cookie = account.session.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
      const { data: me } = await api("GET", "/identity/me", { cookie });
      await monthGoesBy(me.account_id);
      await eventually("the person is gone", async () => {
        const answer = await fetch(`${base}/api/v1/identity/me`, { headers: { cookie } });
        return answer.status === 401 || undefined;
      });
      await visit(page, at("/account/privacy"));
      await page.waitForURL(/\/sign-in/);
      await page.getByLabel(t("auth.email")).fill(account.email);
      await page.getByLabel(t("auth.password"), { exact: true }).fill(PASSWORD);
      await go(page.getByRole("button", { name: t("auth.signIn.submit"), exact: true }));
      await alertOf(page).waitFor();
      await context.close();
    });
  }

  test("what is ticked while the answer is under way stays ticked", async () => {
    const account = await newAccount("brzina");
    const context = await visitor(browser, { session: account.session });
    const page = await context.newPage();
    await open(page, at("/account/privacy"));
    const ask = page.getByRole("button", { name: t("account.privacy.eraseAsk") });
    const sure = page.getByLabel(t("account.privacy.sure"));
    let answer;
    const ticked = new Promise((resolve) => {
      answer = resolve;
    });
    await page.route("**/account/privacy", async (route) => {
      if (route.request().method() === "POST") await ticked;
      await route.continue();
    });
    await press(ask);
    await sure.check();
    answer();
    await alertOf(page).waitFor();
    assert.ok(await sure.isChecked(), "the tick stays");
    await press(ask);
    await page.getByText(t("account.outcome.erasure")).waitFor();
    await context.close();
  });
});
