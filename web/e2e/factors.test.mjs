// Passkeys by Chromium's virtual authenticator, an authenticator application, recovery codes and codes by mail.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { newAccount, PASSWORD, people } from "./support/accounts.mjs";
import { alertOf, complaints, launch, listening, open, press, visitor } from "./support/browser.mjs";
import { codeTo, linkTo } from "./support/mail.mjs";
import { address, base, eventually } from "./support/site.mjs";
import { STEP_S, totp } from "./support/totp.mjs";
import { words } from "./support/words.mjs";

const t = words();

/** A platform authenticator that verifies its person, in this page. */
async function authenticator(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable", { enableUI: false });
  const options = {
    protocol: "ctap2",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", { options });
  return {
    credentials: async () => (await devtools.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
    put: (credential) => devtools.send("WebAuthn.addCredential", { authenticatorId, credential }),
    remove: () => devtools.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId }),
  };
}

/** A browser that does not offer keys by itself: the button is what is tried. */
const unasked = (context) =>
  context.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false);
  });

const heading = (page, key) => page.getByRole("heading", { level: 1, name: t(key) }).waitFor();

async function signIn(page, email) {
  await page.getByLabel(t("auth.email")).fill(email);
  await page.getByLabel(t("auth.password"), { exact: true }).fill(PASSWORD);
  await page
    .getByRole("button", { name: t("auth.signIn.submit"), exact: true })
    .first()
    .click();
}

async function addPasskey(page, name) {
  const field = page.getByLabel(t("account.security.passkeyName"));
  await field.fill(name);
  await press(page.getByRole("button", { name: t("account.security.addPasskey") }));
  await page.getByText(t("account.outcome.passkey")).waitFor();
  await page.locator("#content").getByText(name, { exact: true }).first().waitFor();
}

describe("passkeys", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  test("an account of passkeys alone is made, used, lost and recovered", async () => {
    const context = await visitor(browser, { size: "phone" });
    await unasked(context);
    const page = await context.newPage();
    const found = complaints(page);
    const email = `kljuc-${process.pid}-${Date.now()}@example.com`;
    await open(page, address("sr-Latn", "/sign-up"));
    await page.getByRole("link", { name: t("auth.withoutPassword") }).click();
    await page.getByText(t("auth.withoutPasswordLead")).waitFor();
    await page.getByLabel(t("auth.name")).fill("Ključar");
    await page.getByLabel(t("auth.email")).fill(email);
    await page.getByLabel(t("auth.signUp.accept")).check();
    await page.getByRole("button", { name: t("auth.signUp.submit") }).click();
    await page.getByText(t("auth.sent.title")).waitFor();
    await open(page, await linkTo(email, "/verify"));
    await page.getByRole("button", { name: t("auth.verify.submit") }).click();
    await heading(page, "account.security.title");
    const keys = await authenticator(page);
    await addPasskey(page, "Telefon");
    const [credential] = await keys.credentials();
    assert.equal(credential.isResidentCredential, true);

    // Used: no address is typed.
    await context.clearCookies();
    await open(page, address("sr-Latn", "/sign-in?next=/account/security"));
    await press(page.getByRole("button", { name: t("auth.passkey.signIn") }));
    await heading(page, "account.security.title");

    // Lost: the letter leads in without a password, and a new key is made.
    await keys.remove();
    await context.clearCookies();
    await open(page, address("sr-Latn", "/recovery"));
    await page.getByLabel(t("auth.email")).fill(email);
    await page.getByRole("button", { name: t("auth.recovery.submit") }).click();
    await page.getByText(t("auth.sent.title")).waitFor();
    await open(page, await linkTo(email, "/recover"));
    await page.getByRole("button", { name: t("auth.recoverWithout.submit") }).click();
    await heading(page, "account.security.title");
    await authenticator(page);
    await addPasskey(page, "Novi telefon");
    const row = page.getByRole("listitem").filter({ hasText: /^Telefon/ });
    await row.getByRole("button").click();
    await page.getByText(t("account.outcome.removed")).waitFor();
    await context.clearCookies();
    await open(page, address("sr-Latn", "/sign-in"));
    await press(page.getByRole("button", { name: t("auth.passkey.signIn") }));
    await page.waitForURL(address("sr-Latn", "/"));
    assert.deepEqual(found, [], "errors in the browser");
    await context.close();
  });

  test("passkeys are offered beside the saved passwords", async () => {
    const { session } = await newAccount("predlog");
    const context = await visitor(browser, { session });
    const page = await context.newPage();
    const keys = await authenticator(page);
    await open(page, address("sr-Latn", "/account/security"));
    await addPasskey(page, "Računar");
    await context.clearCookies();
    // The authenticator answers as soon as the page asks: nobody presses anything.
    await page.goto(address("sr-Latn", "/sign-in?next=/account/security"));
    await heading(page, "account.security.title");
    assert.equal((await keys.credentials()).length, 1);
    await context.close();
  });

  test("a copy of a key is refused, and so is a key that is not known", async () => {
    const { session } = await newAccount("kopija");
    const context = await visitor(browser, { session });
    const page = await context.newPage();
    const keys = await authenticator(page);
    await open(page, address("sr-Latn", "/account/security"));
    await addPasskey(page, "Računar");
    const [original] = await keys.credentials();
    for (let n = 0; n < 2; n += 1) {
      await context.clearCookies();
      await page.goto(address("sr-Latn", "/sign-in?next=/account/security"));
      await heading(page, "account.security.title");
    }
    // Its counter is the one of before.
    await keys.remove();
    const copy = await authenticator(page);
    await unasked(context);
    await copy.put({ ...original, signCount: 0 });
    await context.clearCookies();
    await open(page, address("sr-Latn", "/sign-in"));
    await press(page.getByRole("button", { name: t("auth.passkey.signIn") }));
    await page.getByRole("alert").filter({ hasText: "kopija pristupnog ključa" }).waitFor();
    await context.close();
  });

  test("without script there is the password, and no button that does nothing", async () => {
    const context = await visitor(browser, { javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(address("sr-Latn", "/sign-in?next=/account/security"));
    assert.equal(await page.getByRole("button", { name: t("auth.passkey.signIn") }).count(), 0);
    await signIn(page, people.buyer);
    await heading(page, "account.security.title");
    await page.getByText(t("account.security.passkeyScript")).waitFor();
    await context.close();
  });
});

describe("an authenticator application", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  for (const javaScriptEnabled of [true, false]) {
    test(`is set up, asked for, and stood in for, ${javaScriptEnabled ? "with" : "without"} script`, async () => {
      const { email, session } = await newAccount("kodovi");
      const context = await visitor(browser, {
        session,
        javaScriptEnabled,
        size: javaScriptEnabled ? "phone" : "desktop",
      });
      const page = await context.newPage();
      const found = complaints(page);
      await page.goto(address("sr-Latn", "/account/security/totp"));
      await heading(page, "account.security.totpPage.title");
      const secret = (await page.locator("code").innerText()).replaceAll(" ", "");
      assert.match(secret, /^[A-Z2-7]{32}$/);
      const code = page.getByLabel(t("account.security.totpPage.code"));
      await code.fill("000000");
      await page.getByRole("button", { name: t("account.security.totpPage.submit") }).click();
      await alertOf(page).waitFor();
      // A page without script was drawn anew, with another secret.
      const shown = (await page.locator("code").innerText()).replaceAll(" ", "");
      const used = Math.floor(Date.now() / 1000 / STEP_S);
      await code.fill(totp(shown, used));
      await page.getByRole("button", { name: t("account.security.totpPage.submit") }).click();
      await page.getByText(t("account.security.codesPage.keep")).waitFor();
      const codes = await page.locator("#content ul.font-mono li").allInnerTexts();
      assert.equal(codes.length, 10);

      await context.clearCookies();
      await page.goto(address("sr-Latn", "/sign-in?next=/account/security"));
      await signIn(page, email);
      await heading(page, "auth.factor.title");
      await page.getByLabel(t("auth.factor.totp")).fill("123456");
      await page.getByRole("button", { name: t("auth.factor.submit") }).click();
      await alertOf(page).waitFor();
      const next = await eventually(
        "the next step of the clock",
        () => Date.now() / 1000 / STEP_S >= used + 1 && totp(shown),
        2 * STEP_S * 1000,
      );
      await page.getByLabel(t("auth.factor.totp")).fill(next);
      await page.getByLabel(t("auth.factor.trust")).check();
      await page.getByRole("button", { name: t("auth.factor.submit") }).click();
      await heading(page, "account.security.title");
      await page.getByText(t("account.security.devices")).waitFor();

      // Here it is remembered; elsewhere a recovery code opens, once.
      const kept = (await context.cookies()).filter(({ name }) => name === "svetu_device");
      assert.equal(kept.length, 1);
      await context.clearCookies();
      await context.addCookies(kept);
      await page.goto(address("sr-Latn", "/sign-in?next=/account/security"));
      await signIn(page, email);
      await heading(page, "account.security.title");
      await context.clearCookies();
      await page.goto(address("sr-Latn", "/sign-in?next=/account/security"));
      await signIn(page, email);
      await heading(page, "auth.factor.title");
      await page.getByRole("link", { name: t("auth.factor.useRecovery") }).click();
      await page.getByLabel(t("auth.factor.recovery"), { exact: true }).fill(codes[0]);
      await page.getByRole("button", { name: t("auth.factor.submit") }).click();
      await heading(page, "account.security.title");
      await page.getByText(t("account.security.codesLeft", { count: 9 })).waitFor();
      await page.getByRole("button", { name: t("account.security.totpOff") }).click();
      await page.getByText(t("account.outcome.totp")).waitFor();
      assert.deepEqual(found, [], "errors in the browser");
      await context.close();
    });
  }
});

describe("a code by mail", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  for (const javaScriptEnabled of [true, false]) {
    test(`signs in without a password, ${javaScriptEnabled ? "with" : "without"} script`, async () => {
      const { email } = await newAccount("pismo");
      const context = await visitor(browser, { javaScriptEnabled });
      const page = await context.newPage();
      const found = complaints(page);
      await page.goto(address("sr-Latn", "/sign-in?next=/account/security"));
      await page.getByRole("link", { name: t("auth.signInByCode") }).click();
      await heading(page, "auth.byCode.title");
      if (javaScriptEnabled) await listening(page.getByRole("button", { name: t("auth.byCode.send") }));
      await page.getByLabel(t("auth.emailOrPhone")).fill(email);
      await page.getByRole("button", { name: t("auth.byCode.send") }).click();
      await page.getByText(t("auth.byCode.sent")).waitFor();
      await page.getByLabel(t("auth.code"), { exact: true }).fill(await codeTo(email));
      await page.getByRole("button", { name: t("auth.byCode.submit") }).click();
      await heading(page, "account.security.title");
      assert.equal(page.url(), `${base}/account/security`);
      assert.deepEqual(found, [], "errors in the browser");
      await context.close();
    });
  }
});
