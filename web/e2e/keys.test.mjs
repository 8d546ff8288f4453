// A person makes a key for a program of theirs, the program uses it, and it is revoked: with script and without.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { people, session } from "./support/accounts.mjs";
import { alertOf, complaints, launch, press, visitor } from "./support/browser.mjs";
import { address, base } from "./support/site.mjs";
import { words } from "./support/words.mjs";

const t = words();
const ask = (path, key) => fetch(`${base}/api/v1${path}`, { headers: { authorization: `Bearer ${key}` } });

describe("keys for programs", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  for (const javaScriptEnabled of [true, false]) {
    test(`made, used and revoked ${javaScriptEnabled ? "with" : "without"} script`, async () => {
      const context = await visitor(browser, {
        size: javaScriptEnabled ? "phone" : "desktop",
        session: await session(people.buyer),
        javaScriptEnabled,
      });
      const page = await context.newPage();
      const found = complaints(page);
      const name = `Lager ${process.pid} ${javaScriptEnabled}`;
      await page.goto(address("sr-Latn", "/account/keys"));
      const create = page.getByRole("button", { name: t("account.keys.create") });
      await (javaScriptEnabled ? press(create) : create.click());
      await alertOf(page).waitFor();
      await page.getByLabel(t("account.keys.name")).fill(name);
      await page.getByLabel(t("connect.scopes.account_read")).check();
      await create.click();
      const shown = page.getByRole("status").locator("code");
      await shown.waitFor();
      const secret = await shown.innerText();
      assert.match(secret, /^svt_[0-9A-Za-z]{49}$/);

      assert.equal((await ask("/identity/me", secret)).status, 200);
      const narrow = await ask("/marketplace/listings/mine", secret);
      assert.equal(narrow.status, 403);
      assert.equal(narrow.headers.get("www-authenticate"), 'Bearer error="insufficient_scope", scope="listings:read"');

      await page.goto(address("sr-Latn", "/account/keys"));
      assert.equal(await page.getByText(secret).count(), 0, "it is shown once");
      const row = page.getByRole("listitem").filter({ hasText: name });
      await row.getByText(secret.slice(0, 10)).waitFor();
      await row.getByRole("button", { name: t("account.keys.revoke") }).click();
      await page.getByText(t("account.outcome.revoked")).waitFor();
      const gone = await ask("/identity/me", secret);
      assert.equal(gone.status, 401);
      assert.match(gone.headers.get("www-authenticate"), /^Bearer error="invalid_token"/);
      assert.deepEqual(found, [], "errors in the browser");
      await context.close();
    });
  }
});
