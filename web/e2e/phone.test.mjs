// A telephone that is proven by a message, and signed in with by another.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { newAccount } from "./support/accounts.mjs";
import { alertOf, complaints, launch, listening, visitor } from "./support/browser.mjs";
import { address, base, eventually } from "./support/site.mjs";
import { words } from "./support/words.mjs";

const t = words();
const heading = (page, key) => page.getByRole("heading", { level: 1, name: t(key) }).waitFor();

/** How many messages went to the number, and the code of the newest. */
async function messages(number) {
  const all = await (await fetch(`${base}/dev/mail.json`)).json();
  const own = all.filter(({ to }) => to === number).sort((a, b) => b.at.localeCompare(a.at));
  return { count: own.length, code: own[0]?.text.match(/\d{6}/)?.[0] };
}

const codeAfter = (number, count) =>
  eventually(`message ${count + 1} to ${number}`, async () => {
    const now = await messages(number);
    return now.count > count && now.code;
  });

describe("a telephone", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  for (const [javaScriptEnabled, last] of [
    [true, "1"],
    [false, "2"],
  ]) {
    test(`is proven, signed in with and removed, ${javaScriptEnabled ? "with" : "without"} script`, async () => {
      const number = `+38160${String(Date.now() % 1_000_000).padStart(6, "0")}${last}`;
      const { session } = await newAccount("telefon");
      const context = await visitor(browser, {
        session,
        javaScriptEnabled,
        size: javaScriptEnabled ? "phone" : "desktop",
      });
      const page = await context.newPage();
      const found = complaints(page);
      const ready = async (name) => {
        const button = page.getByRole("button", { name, exact: true });
        if (javaScriptEnabled) await listening(button);
        return button;
      };
      await page.goto(address("sr-Latn", "/account/security"));
      await page.getByRole("link", { name: t("account.security.phoneAdd") }).click();
      await heading(page, "account.security.phonePage.title");
      const send = await ready(t("account.security.phonePage.send"));
      await page.getByLabel(t("account.security.phonePage.number")).fill("pozovi me");
      await send.click();
      await alertOf(page).waitFor();
      await page.getByLabel(t("account.security.phonePage.number")).fill(`0${number.slice(4)}`);
      await (await ready(t("account.security.phonePage.send"))).click();
      await page.getByText(t("account.security.phonePage.sent")).waitFor();
      const confirm = await ready(t("account.security.phonePage.submit"));
      await page.getByLabel(t("account.security.phonePage.code")).fill(await codeAfter(number, 0));
      await confirm.click();
      await page.getByText(t("account.outcome.phone")).waitFor();
      await page.getByText(number, { exact: true }).waitFor();

      await context.clearCookies();
      await page.goto(address("sr-Latn", "/sign-in/code?next=/account/security"));
      const ask = await ready(t("auth.byCode.send"));
      await page.getByLabel(t("auth.emailOrPhone")).fill(number);
      await ask.click();
      await page.getByText(t("auth.byCode.sent")).waitFor();
      const enter = await ready(t("auth.byCode.submit"));
      await page.getByLabel(t("auth.code"), { exact: true }).fill(await codeAfter(number, 1));
      await enter.click();
      await heading(page, "account.security.title");
      const row = page.getByRole("listitem").filter({ hasText: number });
      await row.getByRole("button").click();
      await page.getByText(t("account.outcome.removed")).waitFor();
      assert.equal(await page.getByText(number, { exact: true }).count(), 0);
      assert.deepEqual(found, [], "errors in the browser");
      await context.close();
    });
  }
});
