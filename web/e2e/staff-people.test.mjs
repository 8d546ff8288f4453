// Support and operators help somebody who lost their telephone, register an application, rotate keys.
import assert from "node:assert/strict";
import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { cookieOf, newAccount, PASSWORD, people, session, setRoles } from "./support/accounts.mjs";
import { complaints, launch, open, press, visitor } from "./support/browser.mjs";
import { linkTo } from "./support/mail.mjs";
import { address, api, eventually } from "./support/site.mjs";
import { totp } from "./support/totp.mjs";
import { words } from "./support/words.mjs";

const t = words();

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** As software signs in that has a key and no secret (RFC 7523). */
function assertion(key, client, audience) {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: client, sub: client, aud: audience, jti: randomUUID(), iat: now, exp: now + 60 };
  const signed = `${encoded({ alg: "ES256" })}.${encoded(claims)}`;
  const signature = sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}

describe("the staff", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  const as = async (email, options = {}) => {
    const context = await visitor(browser, { session: await session(email), ...options });
    return { context, page: await context.newPage() };
  };
  const click = (page, key, values) => press(page.getByRole("button", { name: t(key, values), exact: true }).first());

  test("two of them take away a lost factor, and its person refuses another", async () => {
    const lost = await newAccount("lost", "sr-Latn", "Izgubila Telefon");
    const support = await newAccount("support", "sr-Latn", "Vera Podrška");
    await setRoles(support.email, ["support"]);
    const cookie = await cookieOf(lost.email);
    const offer = (await api("POST", "/identity/me/totp", { cookie })).data;
    const body = { state: offer.state, code: totp(offer.secret) };
    await api("PUT", "/identity/me/totp", { cookie, body });

    // Support has no room but people's; it finds the person and asks, without script.
    const { page, context } = await as(support.email, { javaScriptEnabled: false });
    const problems = complaints(page);
    await open(page, address("sr-Latn", "/staff/people"));
    assert.equal(await page.getByRole("link", { name: t("staff.rooms.clients") }).count(), 0);
    await page.getByLabel(t("office.people.search")).fill("nikog-nema@example.com");
    await page.getByRole("button", { name: t("office.people.find") }).click();
    await page.getByText(t("office.people.nobody", { query: "nikog-nema@example.com" })).waitFor();
    await page.getByLabel(t("office.people.search")).fill(lost.email);
    await page.getByRole("button", { name: t("office.people.find") }).click();
    await page.getByRole("link", { name: "Izgubila Telefon" }).waitFor();
    assert.ok(!page.url().includes("example.com"), "no address of a person in an address of a page");
    await page.getByRole("link", { name: "Izgubila Telefon" }).click();
    await page.getByRole("heading", { level: 1, name: "Izgubila Telefon" }).waitFor();
    await page.getByLabel(t("office.reset.reason")).fill("kratko");
    await page.getByRole("button", { name: t("office.reset.ask") }).click();
    await page.locator("form [role=alert]").first().waitFor();
    const reason = "Javila se sa broja iz svog oglasa i znala svoju prvu objavu.";
    await page.getByLabel(t("office.reset.reason")).fill(reason);
    await page.getByRole("button", { name: t("office.reset.ask") }).click();
    await page.getByText(t("office.outcome.asked")).waitFor();
    assert.equal(await page.getByRole("button", { name: t("office.reset.approve") }).count(), 0, "not their own");
    assert.deepEqual(problems, []);
    const where = page.url().replace(/\?.*$/, "");
    await context.close();
    await linkTo(lost.email, "account/security");

    // Its person refuses: it was somebody else who called.
    const person = await visitor(browser, { session: await session(lost.email) });
    const own = await person.newPage();
    await open(own, address("sr-Latn", "/account/security"));
    await own.getByText(reason).waitFor();
    await click(own, "account.security.resetRefuse");
    await own.getByText(t("account.outcome.refused")).waitFor();
    assert.equal(await own.getByText(reason).count(), 0);

    // Asked anew, an operator approves it from the list of all that wait.
    await api("POST", `/identity/accounts/${where.split("/").pop()}/factor-reset`, {
      cookie: await cookieOf(support.email),
      body: { reason },
    });
    const { page: desk, context: office } = await as(people.operator);
    await open(desk, address("sr-Latn", "/staff/people"));
    const card = desk.getByRole("article").filter({ hasText: "Izgubila Telefon" });
    await press(card.getByRole("button", { name: t("office.reset.approve") }));
    await desk.getByText(t("office.outcome.approved")).waitFor();
    assert.equal(await card.count(), 0);
    await open(own, address("sr-Latn", "/account/security"));
    assert.match(own.url(), /sign-in/, "signed out everywhere");
    const signedIn = await api("POST", "/identity/sign-in", { body: { email: lost.email, password: PASSWORD } });
    assert.equal(signedIn.data.me?.email, lost.email, "the password alone opens");
    await Promise.all([office.close(), person.close()]);
  });

  test("an operator registers an application and sees its secret once", async () => {
    const { page, context } = await as(people.operator);
    await open(page, address("sr-Latn", "/staff/clients"));
    const name = `Prodavnica ${Date.now()}`;
    await page.getByLabel(t("office.clients.name")).fill(name);
    await page.getByLabel(t("office.clients.redirects")).fill("http://shop.example/cb");
    await click(page, "office.clients.register");
    await page.locator("form [role=alert]").first().waitFor();
    assert.equal(await page.getByLabel(t("office.clients.name")).inputValue(), name, "what was typed stays");
    await page.getByLabel(t("office.clients.redirects")).fill("https://shop.example/cb");
    await click(page, "office.clients.register");
    const told = page.getByText(t("office.clients.once"));
    await told.waitFor();
    const shown = await page.locator("code").filter({ hasText: "client_id" }).innerText();
    const [, id, secret] = shown.match(/client_id (\S+)\s+client_secret (\S+)/);
    const basic = Buffer.from(`${id}:${secret}`).toString("base64");
    const answer = await fetch(new URL("/oauth/introspect", address("sr-Latn", "/")), {
      method: "POST",
      headers: { authorization: `Basic ${basic}`, "content-type": "application/x-www-form-urlencoded" },
      body: "token=none",
    });
    assert.equal(answer.status, 200, "the secret opens");
    await open(page, address("sr-Latn", "/staff/clients"));
    const row = page.getByRole("listitem").filter({ hasText: name });
    assert.equal(await row.getByText(secret).count(), 0);
    await press(row.getByRole("button", { name: t("office.clients.disable") }));
    await page.getByText(t("office.outcome.disabled")).waitFor();
    assert.equal(await row.count(), 0);
    await context.close();
  });

  test("an application that signs with a key of its own and takes tokens itself", async () => {
    const { page, context } = await as(people.operator);
    await open(page, address("sr-Latn", "/staff/clients"));
    const name = `Skladište ${Date.now()}`;
    const field = (key) => page.getByLabel(t(`office.clients.${key}`), { exact: true });
    await field("name").fill(name);
    await field("kind").selectOption("machine");
    await field("serves").fill("http://api.example/");
    await field("assertions").selectOption("endpoint");
    // Each fault stands at its field, and what was typed stays.
    await click(page, "office.clients.register");
    await page.locator("#assertion_audience-error").waitFor();
    assert.equal(await field("assertions").inputValue(), "endpoint");
    await field("jwks").fill("nije ključ");
    await click(page, "office.clients.register");
    await page.locator("#serves-error").waitFor();
    await field("serves").fill("https://api.example/\nhttps://api.example/v2");
    await click(page, "office.clients.register");
    await page.locator("#jwks-error").waitFor();
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    await field("jwks").fill(JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), alg: "ES256" }] }));
    await click(page, "office.clients.register");
    await page.getByText(t("office.clients.once")).waitFor();
    const shown = await page.locator("code").filter({ hasText: "client_id" }).innerText();
    assert.doesNotMatch(shown, /client_secret/);
    const [, id] = shown.match(/client_id (\S+)/);
    // Its assertion may name the endpoint: without the choice only the issuer is taken.
    const token = new URL("/oauth/token", address("sr-Latn", "/"));
    const { token_endpoint: endpoint } = await (
      await fetch(new URL("/.well-known/openid-configuration", token))
    ).json();
    const answer = await fetch(token, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: assertion(privateKey, id, endpoint),
      }),
    });
    assert.equal(answer.status, 200, await answer.text());
    await context.close();
  });

  test("an operator rotates the keys, and strangers find no such rooms", async () => {
    const { page, context } = await as(people.operator);
    await open(page, address("sr-Latn", "/staff/keys"));
    // Without the tick nothing is replaced at once.
    await click(page, "office.keys.atOnce");
    await page.locator("form [role=alert]").first().waitFor();
    await click(page, "office.keys.rotate");
    await page.getByText(t("office.outcome.rotated")).waitFor();
    const next = page.getByText(t("office.keys.state.next"), { exact: true });
    await eventually("a key that waits for its time", () => next.count());
    await context.close();
    const { page: other, context: buyer } = await as(people.buyer);
    for (const path of ["/staff/people", "/staff/clients", "/staff/keys"]) {
      const answer = await other.goto(address("sr-Latn", path));
      assert.equal(answer.status(), 403, path);
    }
    await buyer.close();
  });
});
