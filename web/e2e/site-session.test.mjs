// The site as a client of the provider: in, out, and in again without a question.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { newAccount, PASSWORD } from "./support/accounts.mjs";
import { launch, open, press, visitor } from "./support/browser.mjs";
import { address, api, base } from "./support/site.mjs";
import { words } from "./support/words.mjs";

const t = words();
const SITE = "svetu_session";
const PROVIDER = "svetu_sso";
const click = (page, key) => press(page.getByRole("button", { name: t(key), exact: true }));

describe("a session of the site", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  const cookies = async (context) => new Map((await context.cookies()).map((cookie) => [cookie.name, cookie]));
  /** The steps of the way that the browser itself went. */
  const steps = (page) => {
    const seen = [];
    page.on("request", (request) => {
      const { origin, pathname } = new URL(request.url());
      if (request.isNavigationRequest() && origin === new URL(base).origin) seen.push(pathname);
    });
    return seen;
  };
  const isMember = (page) => page.locator("[popovertarget=account-menu]").first().waitFor({ state: "attached" });

  for (const javaScriptEnabled of [true, false]) {
    test(`begins at the provider, ${javaScriptEnabled ? "with" : "without"} script`, async () => {
      const { email } = await newAccount("sesija");
      const context = await visitor(browser, { javaScriptEnabled });
      const page = await context.newPage();
      const seen = steps(page);
      await page.goto(address("sr-Latn", "/account/favourites"));
      await page.getByLabel(t("auth.email")).fill(email);
      await page.getByLabel(t("auth.password"), { exact: true }).fill(PASSWORD);
      const submit = page.getByRole("button", { name: t("auth.signIn.submit"), exact: true });
      await (javaScriptEnabled ? press(submit) : submit.click());
      await page.waitForURL("**/account/favourites");
      await isMember(page);
      const way = seen.filter((path) => /^\/(session|oauth)\//.test(path));
      assert.deepEqual(way, ["/session/sign-in", "/oauth/authorize", "/session/callback"]);
      const kept = await cookies(context);
      for (const name of [SITE, PROVIDER]) {
        const { httpOnly, sameSite } = kept.get(name);
        assert.deepEqual([httpOnly, sameSite], [true, "Lax"], name);
      }
      assert.equal(await page.evaluate(() => document.cookie.includes("svetu_")).catch(() => false), false);
      assert.equal(page.url().includes("code="), false);

      // Out by the button of the menu: of the site, and of the provider.
      await page.goto(address("sr-Latn", "/account"));
      await page.locator("main form[action='/session/end'] button").click();
      await page.waitForURL(address("sr-Latn", "/"));
      const left = await cookies(context);
      assert.deepEqual([left.has(SITE), left.has(PROVIDER)], [false, false]);
      await page.goto(address("sr-Latn", "/account"));
      await page.getByRole("heading", { level: 1, name: t("auth.signIn.title") }).waitFor();
      await context.close();
    });
  }

  test("that is over is begun again without a question, where the provider knows its person", async () => {
    const { session } = await newAccount("ponovo");
    const context = await visitor(browser, { session });
    const page = await context.newPage();
    await open(page, address("ru", "/account/favourites"));
    const { value } = (await cookies(context)).get(SITE);
    const { hostname } = new URL(base);
    await context.addCookies([{ name: SITE, value: "x".repeat(value.length), domain: hostname, path: "/" }]);
    const seen = steps(page);
    await page.goto(address("ru", "/account/favourites"));
    await isMember(page);
    assert.equal(page.url(), address("ru", "/account/favourites"));
    assert.ok(seen.includes("/session/callback"), seen.join(" "));

    // Nobody's at the provider either: the page comes as a visitor's, and the cookie goes.
    await context.clearCookies({ name: PROVIDER });
    await context.addCookies([{ name: SITE, value: "y".repeat(value.length), domain: hostname, path: "/" }]);
    await page.goto(address("ru", "/help"));
    assert.equal(await page.locator("[popovertarget=account-menu]").count(), 0);
    assert.equal((await cookies(context)).has(SITE), false);
    await context.close();
  });

  test("is had by one press where another application signed its person in", async () => {
    const { session } = await newAccount("jedna-prijava");
    const context = await visitor(browser, { session });
    await context.clearCookies({ name: SITE });
    const page = await context.newPage();
    await open(page, address("en", "/"));
    assert.equal(await page.locator("[popovertarget=account-menu]").count(), 0, "the site does not know them yet");
    await page.goto(address("en", "/account/favourites"));
    await isMember(page);
    assert.equal(page.url(), address("en", "/account/favourites"));
    await context.close();
  });

  test("ends where it is ended from elsewhere", async () => {
    const { email, session } = await newAccount("drugi-uredjaj");
    const context = await visitor(browser, { session });
    const page = await context.newPage();
    await open(page, address("sr-Latn", "/account"));
    const other = await visitor(browser);
    const desk = await other.newPage();
    await desk.goto(address("sr-Latn", "/sign-in?next=/account/security"));
    await desk.getByLabel(t("auth.email")).fill(email);
    await desk.getByLabel(t("auth.password"), { exact: true }).fill(PASSWORD);
    await click(desk, "auth.signIn.submit");
    await desk.waitForURL("**/account/security");
    await click(desk, "account.security.endOthers");
    await desk.getByRole("status").first().waitFor();
    await page.goto(address("sr-Latn", "/account"));
    await page.getByRole("heading", { level: 1, name: t("auth.signIn.title") }).waitFor();
    await Promise.all([context.close(), other.close()]);
  });

  for (const javaScriptEnabled of [true, false]) {
    test(`goes on under a changed password, ${javaScriptEnabled ? "with" : "without"} script`, async () => {
      const { session } = await newAccount("nova-lozinka");
      const context = await visitor(browser, { session, javaScriptEnabled });
      const page = await context.newPage();
      await page.goto(address("sr-Latn", "/account/security"));
      await page.getByLabel(t("account.security.currentPassword"), { exact: true }).fill(PASSWORD);
      await page.getByLabel(t("account.security.newPassword"), { exact: true }).fill(`${PASSWORD}-nova`);
      const change = page.getByRole("button", { name: t("account.security.change"), exact: true });
      await (javaScriptEnabled ? press(change) : change.click());
      await page.waitForURL("**/account/security?done=password");
      await isMember(page);
      await context.close();
    });
  }

  test("of the provider alone opens nothing of the platform", async () => {
    const { session } = await newAccount("samo-nalog");
    const sso = session.cookies.find(({ name }) => name === PROVIDER);
    const cookie = `${sso.name}=${sso.value}`;
    await assert.rejects(api("GET", "/marketplace/favourites/ids", { cookie }), /401/);
    const { data } = await api("GET", "/identity/me", { cookie });
    assert.equal(data.display_name, "Jelena Probna");
  });
});
