// Signing in by an account elsewhere, at a platform of its own that knows a second provider.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, describe, test } from "node:test";
import { elsewhere, enterElsewhere, freePort } from "./support/elsewhere.mjs";

const svetu = process.env.SVETU_BIN;
const root = fileURLToPath(new URL("../..", import.meta.url));
const state = mkdtempSync(join(tmpdir(), "svetu-upstream-"));
chmodSync(state, 0o755);
const port = await freePort();
// What the helpers call the platform under test is this one.
process.env.SVETU_URL = `http://localhost:${port}`;
const { newAccount, PASSWORD } = await import("./support/accounts.mjs");
const { violations } = await import("./support/axe.mjs");
const { complaints, launch, visitor } = await import("./support/browser.mjs");
const { address } = await import("./support/site.mjs");
const { words } = await import("./support/words.mjs");

const t = words();
const name = "Drugde";

/** The platform's command line, with something on its standard input. */
async function run(args, env, input = "") {
  const child = spawn(svetu, ["--state", state, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["pipe", "inherit", "inherit"],
  });
  child.stdin.end(input);
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("exit", resolve));
  assert.equal(code, 0, `svetu ${args.join(" ")}`);
}

/** What the provider's pages lack is theirs. */
const ours = (found) => found.filter((text) => text.startsWith(process.env.SVETU_URL));
const heading = (page, key, values) => page.getByRole("heading", { level: 1, name: t(key, values) }).waitFor();

describe("an account elsewhere", { skip: !svetu && "SVETU_BIN is not set" }, () => {
  let browser;
  let provider;
  before(async () => {
    provider = await elsewhere(`${process.env.SVETU_URL}/api/v1/identity/upstreams/drugde/callback`);
    const env = {
      SVETU__DOOR__PORT: String(port),
      SVETU__IDENTITY__UPSTREAM__DRUGDE__NAME: name,
      SVETU__IDENTITY__UPSTREAM__DRUGDE__ISSUER: provider.issuer,
      SVETU__IDENTITY__UPSTREAM__DRUGDE__CLIENT_ID: provider.client.id,
    };
    await run(["identity", "upstream", "drugde", "--secret-file", "-"], env, provider.client.secret);
    await run(["up", "--detach"], env);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    provider?.close();
    await run(["stop"]).catch(() => undefined);
    rmSync(state, { recursive: true, force: true });
  });

  const go = async (page, login) => {
    await page.getByRole("link", { name: t("auth.upstream.continue", { name }) }).click();
    await enterElsewhere(page, login);
  };

  test("opens an account here, and enters it from then on", async () => {
    const context = await visitor(browser, { size: "phone" });
    const page = await context.newPage();
    const found = complaints(page);
    const login = `nova-${process.pid}-${Date.now()}`;
    await page.goto(address("sr-Latn", "/sign-in?next=/account/security"));
    await go(page, login);
    await heading(page, "auth.upstream.signUp.title");
    await page.getByText(`${login}@example.com`).waitFor();
    assert.deepEqual(await violations(page), []);
    assert.equal(await page.getByLabel(t("auth.name")).inputValue(), "Jelena Drugde");
    await page.getByLabel(t("auth.signUp.accept")).check();
    await page.getByRole("button", { name: t("auth.signUp.submit") }).click();
    await heading(page, "account.security.title");
    await page.getByRole("listitem").filter({ hasText: name }).getByText(`${login}@example.com`).waitFor();
    // Here signed out, elsewhere still known: nothing is asked.
    await context.clearCookies({ name: /svetu_(session|sso)/ });
    await page.goto(address("ru", "/sign-in?next=/ru/account/ads"));
    await page.locator(`a[href*="/upstreams/drugde/start"]`).click();
    await page.waitForURL(address("ru", "/account/ads"));
    assert.deepEqual(ours(found), [], "errors in the browser");
    await context.close();
  });

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? "with" : "without";
    test(`is linked to an account that there is by its person's word, ${how} script`, async () => {
      const { email } = await newAccount("veza");
      const login = email.split("@")[0];
      const context = await visitor(browser, { javaScriptEnabled });
      const page = await context.newPage();
      const found = complaints(page);
      await page.goto(address("sr-Latn", "/sign-in"));
      await go(page, login);
      // The provider's word alone opens nothing.
      await page.getByText(t("auth.upstream.linking", { name })).waitFor();
      await page.getByLabel(t("auth.email")).fill(email);
      await page.getByLabel(t("auth.password"), { exact: true }).fill(PASSWORD);
      await page
        .getByRole("button", { name: t("auth.signIn.submit"), exact: true })
        .first()
        .click();
      await heading(page, "account.security.linkPage.title", { name });
      if (javaScriptEnabled) assert.deepEqual(await violations(page), []);
      await page.getByRole("button", { name: t("account.security.linkPage.submit"), exact: true }).click();
      await page.getByText(t("account.outcome.linked")).waitFor();

      // Sign in by it.
      await context.clearCookies();
      await page.goto(address("sr-Latn", "/sign-in?next=/account/security"));
      await go(page, login);
      await heading(page, "account.security.title");
      const row = page.getByRole("listitem").filter({ hasText: name }).filter({ hasText: email });
      await row.getByRole("button").click();
      await page.getByText(t("account.outcome.removed")).waitFor();

      // Once more from the page itself.
      await page.getByRole("link", { name: t("account.security.upstreamLink", { name }) }).click();
      await heading(page, "account.security.linkPage.title", { name });
      await page.getByRole("button", { name: t("account.security.linkPage.submit"), exact: true }).click();
      await page.getByText(t("account.outcome.linked")).waitFor();
      assert.deepEqual(ours(found), [], "errors in the browser");
      await context.close();
    });
  }

  test("whose address is not vouched for, or whose person says no, opens nothing", async () => {
    const context = await visitor(browser);
    const page = await context.newPage();
    await page.goto(address("en", "/sign-in"));
    await page.locator(`a[href*="/upstreams/drugde/start"]`).click();
    await enterElsewhere(page, `unproven-${process.pid}`);
    await page.getByText(words("en")("auth.upstream.stop.unproven")).waitFor();
    await context.clearCookies();
    await page.goto(address("sr-Latn", "/sign-in"));
    await page.getByRole("link", { name: t("auth.upstream.continue", { name }) }).click();
    await page.getByRole("link", { name: "Cancel" }).click();
    await page.getByText(t("auth.upstream.stop.declined")).waitFor();
    await context.close();
  });
});
