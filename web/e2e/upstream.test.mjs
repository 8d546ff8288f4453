// Signing in by an account elsewhere, at a platform of its own that knows a second provider.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
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

const { codeTo } = await import("./support/mail.mjs");

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
  const providers = [];
  before(async () => {
    const callback = (id) => `${process.env.SVETU_URL}/api/v1/identity/upstreams/${id}/callback`;
    const { privateKey, publicKey } = generateKeyPairSync("ec", {
      namedCurve: "P-256",
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    const signer = { teamId: "TIM1234567", keyId: "KLJUC12345", publicKey };
    const drugde = await elsewhere(callback("drugde"));
    const apple = await elsewhere(callback("apple"), "apple", signer);
    const facebook = await elsewhere(callback("facebook"), "facebook");
    providers.push(drugde, apple, facebook);
    const of = (id, keys) =>
      Object.entries(keys).map(([key, value]) => [`SVETU__IDENTITY__UPSTREAM__${id}__${key}`, value]);
    const env = {
      SVETU__DOOR__PORT: String(port),
      ...Object.fromEntries([
        ...of("DRUGDE", { NAME: name, ISSUER: drugde.issuer, CLIENT_ID: drugde.client.id }),
        ...of("APPLE", {
          PRESET: "apple",
          ISSUER: apple.issuer,
          CLIENT_ID: apple.client.id,
          TEAM_ID: signer.teamId,
          KEY_ID: signer.keyId,
        }),
        ...of("FACEBOOK", {
          PRESET: "facebook",
          ISSUER: facebook.issuer,
          TOKEN_ENDPOINT: `${facebook.issuer}/token`,
          CLIENT_ID: facebook.client.id,
        }),
      ]),
    };
    await run(["identity", "upstream", "drugde", "--secret-file", "-"], env, drugde.client.secret);
    await run(["identity", "upstream", "apple", "--secret-file", "-"], env, privateKey);
    await run(["identity", "upstream", "facebook", "--secret-file", "-"], env, facebook.client.secret);
    await run(["up", "--detach"], env);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    for (const provider of providers) provider.close();
    await run(["stop"]).catch(() => undefined);
    rmSync(state, { recursive: true, force: true });
  });

  const go = async (page, login, provider = name) => {
    await page.getByRole("link", { name: t("auth.upstream.continue", { name: provider }) }).click();
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

  test("at Apple, by an answer that its page posts and a secret that our key signs", async () => {
    const context = await visitor(browser, { size: "phone" });
    const page = await context.newPage();
    const found = complaints(page);
    const login = `jabuka-${process.pid}-${Date.now()}`;
    const posted = [];
    page.on("request", (request) => {
      if (request.method() === "POST" && request.url().includes("/upstreams/apple/callback")) posted.push(request);
    });
    await page.goto(address("sr-Latn", "/sign-in?next=/account/security"));
    assert.deepEqual(await violations(page), []);
    await go(page, login, "Apple");
    await heading(page, "auth.upstream.signUp.title");
    assert.equal(posted.length, 1, "the answer comes by a form");
    const [{ headers }] = await Promise.all(posted.map(async (request) => ({ headers: await request.allHeaders() })));
    assert.equal(headers["sec-fetch-site"], "cross-site");
    assert.equal(headers.cookie, undefined, "another site's form shows no cookie of ours");
    assert.equal(await page.getByLabel(t("auth.name")).inputValue(), "Petar Jabuka");
    assert.ok(!page.url().includes("Jabuka"));
    await page.getByLabel(t("auth.signUp.accept")).check();
    await page.getByRole("button", { name: t("auth.signUp.submit") }).click();
    await page.getByRole("listitem").filter({ hasText: "Apple" }).getByText(`${login}@example.com`).waitFor();
    // From then on nothing is asked, and no name comes.
    await context.clearCookies({ name: /svetu_(session|sso)/ });
    await page.goto(address("ru", "/sign-in?next=/ru/account/ads"));
    await page.locator(`a[href*="/upstreams/apple/start"]`).click();
    await page.waitForURL(address("ru", "/account/ads"));
    assert.deepEqual(ours(found), [], "errors in the browser");
    await context.close();
  });

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? "with" : "without";
    test(`at Facebook, which vouches for no address: a code of ours goes there, ${how} script`, async () => {
      const context = await visitor(browser, { javaScriptEnabled });
      const page = await context.newPage();
      const found = complaints(page);
      const login = `knjiga-${process.pid}-${Date.now()}`;
      const email = `${login}@example.com`;
      await page.goto(address("sr-Latn", "/sign-in?next=/account/security"));
      await go(page, login, "Facebook");
      await heading(page, "auth.upstream.address.title");
      await page.getByText(t("auth.upstream.address.lead", { name: "Facebook", email })).waitFor();
      if (javaScriptEnabled) assert.deepEqual(await violations(page), []);
      await page.getByRole("button", { name: t("auth.byCode.send") }).click();
      await page.getByText(t("auth.upstream.address.sent", { email })).waitFor();
      const code = await codeTo(email);
      await page.getByLabel(t("auth.code")).fill(code === "000000" ? "000001" : "000000");
      await page.getByRole("button", { name: t("auth.upstream.address.submit") }).click();
      await page.locator("[aria-invalid=true]").waitFor();
      if (javaScriptEnabled) assert.deepEqual(await violations(page), []);
      await page.getByLabel(t("auth.code")).fill(code);
      await page.getByRole("button", { name: t("auth.upstream.address.submit") }).click();
      await heading(page, "auth.upstream.signUp.title");
      await page.getByLabel(t("auth.signUp.accept")).check();
      await page.getByRole("button", { name: t("auth.signUp.submit") }).click();
      await page.getByRole("listitem").filter({ hasText: "Facebook" }).getByText(email).waitFor();
      assert.deepEqual(ours(found), [], "errors in the browser");
      await context.close();
    });
  }

  test("at Facebook: who has an account with the address signs in to it first", async () => {
    const { email } = await newAccount("knjiga");
    const context = await visitor(browser);
    const page = await context.newPage();
    await page.goto(address("sr-Latn", "/sign-in"));
    await go(page, email.split("@")[0], "Facebook");
    await page.getByRole("button", { name: t("auth.byCode.send") }).click();
    const code = await codeTo(email);
    await page.getByLabel(t("auth.code")).fill(code);
    await page.getByRole("button", { name: t("auth.upstream.address.submit") }).click();
    await page.getByText(t("auth.upstream.linking", { name: "Facebook" })).waitFor();
    await page.getByLabel(t("auth.email")).fill(email);
    await page.getByLabel(t("auth.password"), { exact: true }).fill(PASSWORD);
    await page
      .getByRole("button", { name: t("auth.signIn.submit"), exact: true })
      .first()
      .click();
    await heading(page, "account.security.linkPage.title", { name: "Facebook" });
    await context.close();
  });

  test("that names no address, or whose person says no, opens nothing", async () => {
    const context = await visitor(browser);
    const page = await context.newPage();
    await page.goto(address("en", "/sign-in"));
    await page.locator(`a[href*="/upstreams/facebook/start"]`).click();
    await enterElsewhere(page, `bez-${process.pid}`);
    await page.getByText(words("en")("auth.upstream.stop.unproven")).waitFor();
    await context.clearCookies();
    await page.goto(address("sr-Latn", "/sign-in"));
    await page.getByRole("link", { name: t("auth.upstream.continue", { name }) }).click();
    await page.getByRole("link", { name: "Cancel" }).click();
    await page.getByText(t("auth.upstream.stop.declined")).waitFor();
    await context.close();
  });
});
