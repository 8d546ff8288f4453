// Support looks at the site in somebody's place: told to them, above every page, and over when it is over.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { cookieOf, newAccount, session, setRoles } from "./support/accounts.mjs";
import { violations } from "./support/axe.mjs";
import { complaints, launch, open, visitor } from "./support/browser.mjs";
import { linkTo } from "./support/mail.mjs";
import { address, api } from "./support/site.mjs";
import { STEP_S, totp } from "./support/totp.mjs";
import { words } from "./support/words.mjs";

const t = words();
const NAME = "Nada Gledana";

describe("support in a person's place", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  /** One of support, with an authenticator. */
  async function support() {
    const { email } = await newAccount("support", "sr-Latn", "Vera Podrška");
    await setRoles(email, ["support"]);
    const cookie = await cookieOf(email);
    const { data } = await api("POST", "/identity/me/totp", { cookie });
    const body = { state: data.state, code: totp(data.secret) };
    const made = (await api("PUT", "/identity/me/totp", { cookie, body })).data;
    return { email, secret: data.secret, codes: made.recovery_codes };
  }

  async function idOf(email) {
    return (await api("GET", "/identity/me", { cookie: await cookieOf(email) })).data.account_id;
  }

  /** From the person's page, with the second step that is asked for on the way. */
  async function begin(page, person, vera) {
    await open(page, address("sr-Latn", `/staff/people/${person}`));
    const ask = async (reason) => {
      await page.getByLabel(t("office.standIn.reason")).fill(reason);
      await page.getByRole("button", { name: t("office.standIn.begin") }).click();
    };
    await ask("kratko");
    assert.match(page.url(), /staff\/people/, "too short");
    await ask("Ne vidi svoj oglas među aktivnima.");
    await page.waitForURL(/step-up/);
    // The code of now is used up: the next one is good already.
    const next = Math.floor(Date.now() / 1000 / STEP_S) + 1;
    await page.getByLabel(t("auth.factor.totp")).fill(totp(vera.secret, next));
    await page
      .getByRole("button", { name: t("auth.stepUp.submit"), exact: true })
      .first()
      .click();
    await page.waitForURL(/staff\/people/);
    await ask("Ne vidi svoj oglas među aktivnima.");
    await page.getByRole("region", { name: t("standingIn.label") }).waitFor();
  }

  test("they see what the person sees, nothing more, and end it", async () => {
    const { email } = await newAccount("looked-at", "sr-Latn", NAME);
    const [vera, person] = [await support(), await idOf(email)];
    const context = await visitor(browser, { session: await session(vera.email), serviceWorkers: "allow" });
    const page = await context.newPage();
    const problems = complaints(page);
    await begin(page, person, vera);
    assert.match(page.url(), /\/account$/);
    const banner = page.getByRole("region", { name: t("standingIn.label") });
    await banner.getByText(NAME).waitFor();
    await page.getByRole("heading", { level: 1 }).waitFor();
    assert.deepEqual(await violations(page), []);
    await linkTo(email, "account/security");

    for (const path of [
      "/",
      "/account/ads",
      "/account/favourites",
      "/account/searches",
      "/account/viewed",
      "/search",
    ]) {
      const answer = await open(page, address("sr-Latn", path));
      assert.equal(answer.status(), 200, path);
      assert.match(answer.headers()["cache-control"], /no-store/, path);
      assert.equal(await banner.count(), 1, path);
    }
    for (const path of ["/account/security", "/account/privacy", "/account/keys", "/post", "/staff/people"]) {
      const answer = await open(page, address("sr-Latn", path));
      assert.equal(answer.status(), 403, path);
      await page.getByText(t("forbidden.standingIn")).waitFor();
    }
    // No menu leads to such a page: every link of the account's own, of the header, the bar and the footer opens.
    await open(page, address("sr-Latn", "/account"));
    const menus = await page.$$eval("header a, nav a, footer a, main a", (links) => links.map(({ href }) => href));
    const inside = [...new Set(menus)].filter((to) => new URL(to).origin === new URL(page.url()).origin);
    assert.ok(inside.length > 15, inside.join(" "));
    for (const to of inside) {
      const answer = await context.request.get(to);
      assert.notEqual(answer.status(), 403, to);
    }
    // An ad is shown, and kept for reading without the network by nobody.
    const { data } = await api("GET", "/marketplace/search?limit=1");
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await open(page, address("sr-Latn", `/listings/${data.items[0].id}`));
    await open(page, address("sr-Latn", `/listings/${data.items[0].id}`));
    assert.equal(await page.evaluate(async () => (await (await caches.open("svetu-seen")).keys()).length), 0);

    await banner.getByRole("button", { name: t("standingIn.end") }).click();
    await page.waitForURL(new RegExp(`/staff/people/${person}$`));
    assert.equal(await banner.count(), 0);
    await page.getByRole("button", { name: /Vera Podrška/ }).waitFor();
    await page.getByText(t("account.security.event.support_left")).waitFor();
    await page.goBack();
    assert.equal(await page.getByRole("button", { name: NAME }).count(), 0, "nothing of the person on the way back");
    assert.deepEqual(problems, []);
    await context.close();

    const own = await visitor(browser, { session: await session(email) });
    const home = await own.newPage();
    await open(home, address("sr-Latn", "/account/security"));
    await home.getByText(t("account.security.event.support_came")).waitFor();
    await home.getByText(t("account.security.event.support_left")).waitFor();
    assert.equal(await home.getByText(vera.email).count(), 0);
    await own.close();
  });

  test("without script, and over when support signs out", async () => {
    const { email } = await newAccount("looked-at", "sr-Latn", NAME);
    const [vera, person] = [await support(), await idOf(email)];
    const context = await visitor(browser, {
      session: await session(vera.email),
      javaScriptEnabled: false,
      size: "phone",
    });
    const page = await context.newPage();
    await begin(page, person, vera);
    await page.getByText(NAME).first().waitFor();
    await open(page, address("sr-Latn", "/account"));
    await page
      .getByRole("button", { name: t("header.signOut") })
      .first()
      .click();
    await page.waitForURL(/\/$/);
    assert.equal(await page.getByRole("region", { name: t("standingIn.label") }).count(), 0);
    await open(page, address("sr-Latn", "/account"));
    assert.match(page.url(), /sign-in/);
    await context.close();
  });
});
