// What pages of other sites try: to lead people away, to send our forms, to show our pages in theirs.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { PASSWORD, newAccount, people, session } from "./support/accounts.mjs";
import { launch, visitor } from "./support/browser.mjs";
import { address, base } from "./support/site.mjs";
import { words } from "./support/words.mjs";

const t = words();
const origin = new URL(base).origin;
// To a browser another site than the platform's `localhost`, and the other way round.
const other = new URL(base).hostname === "127.0.0.1" ? "localhost" : "127.0.0.1";

describe("pages of other sites", () => {
  let browser;
  let elsewhere;
  let shown = "";
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(shown);
  });
  before(async () => {
    browser = await launch();
    server.listen(0);
    await once(server, "listening");
    elsewhere = `http://${other}:${server.address().port}`;
  });
  after(async () => {
    await browser?.close();
    server.close();
  });

  test("lead nobody away after signing in", async () => {
    const { email } = await newAccount("put");
    const far = `${other}:${server.address().port}`;
    for (const next of [
      `//${far}/`,
      `/\\${far}/`,
      `/\t/${far}/`,
      `/..//${far}/`,
      `http://${far}/`,
      `javascript:alert(1)`,
    ]) {
      const context = await visitor(browser, { javaScriptEnabled: false });
      const page = await context.newPage();
      await page.goto(address("sr-Latn", `/sign-in?next=${encodeURIComponent(next)}`));
      await page.getByLabel(t("auth.email")).fill(email);
      await page.getByLabel(t("auth.password"), { exact: true }).fill(PASSWORD);
      await page
        .getByRole("button", { name: t("auth.signIn.submit"), exact: true })
        .first()
        .click();
      await page.waitForURL((url) => url.pathname !== "/sign-in");
      assert.equal(new URL(page.url()).origin, origin, next);
      await context.close();
    }
    // A path of ours is gone to.
    const context = await visitor(browser, { javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(address("sr-Latn", "/sign-in?next=/account/ads"));
    await page.getByLabel(t("auth.email")).fill(email);
    await page.getByLabel(t("auth.password"), { exact: true }).fill(PASSWORD);
    await page
      .getByRole("button", { name: t("auth.signIn.submit"), exact: true })
      .first()
      .click();
    await page.waitForURL(address("sr-Latn", "/account/ads"));
    await context.close();
  });

  test("send no form of ours", async () => {
    // The thief's own account, into which the victim would be signed in.
    const { email } = await newAccount("zamka");
    const context = await visitor(browser, { javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(address("sr-Latn", "/sign-in"));
    const fields = await page
      .locator("form")
      .filter({ has: page.getByLabel(t("auth.password"), { exact: true }) })
      .locator("input")
      .evaluateAll((inputs) => inputs.map(({ name, value }) => [name, value]).filter(([name]) => name));
    const filled = new Map(fields).set("email", email).set("password", PASSWORD);
    const inputs = [...filled].map(
      ([name, value]) => `<input name="${name}" value="${value.replaceAll('"', "&quot;")}">`,
    );
    const form = (action) =>
      `<form method="post" enctype="multipart/form-data" action="${action}">${inputs.join("")}<button>Go</button></form>`;
    const signedIn = async () => (await context.cookies(base)).some(({ name }) => /svetu_(session|sso)$/.test(name));
    shown = form(address("sr-Latn", "/sign-in"));
    await page.goto(elsewhere);
    await page.getByRole("button", { name: "Go" }).click();
    await page.waitForURL((url) => url.origin === origin);
    assert.equal(await signedIn(), false, "signed in to the thief's account");
    // From our own page the very same form does sign in.
    await page.route(address("sr-Latn", "/help"), (route) => route.fulfill({ contentType: "text/html", body: shown }));
    await page.goto(address("sr-Latn", "/help"));
    await page.getByRole("button", { name: "Go" }).click();
    await page.waitForURL(address("sr-Latn", "/"));
    assert.equal(await signedIn(), true);
    await context.close();
  });

  test("sign nobody out", async () => {
    const { cookies } = await session(people.trader);
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
    const send = (headers) =>
      fetch(`${base}/session/end`, {
        method: "POST",
        redirect: "manual",
        headers: { cookie, ...headers },
        body: new URLSearchParams({ next: "/" }),
      });
    const me = async () => (await fetch(`${base}/api/v1/identity/me`, { headers: { cookie } })).status;
    const foreign = [
      { "sec-fetch-site": "cross-site", origin: elsewhere },
      { "sec-fetch-site": "same-site", origin },
      { origin: elsewhere },
      { origin: "null" },
      {},
    ];
    for (const headers of foreign) {
      assert.equal((await send(headers)).status, 403, JSON.stringify(headers));
      assert.equal(await me(), 200, JSON.stringify(headers));
    }
    const left = await send({ "sec-fetch-site": "same-origin", origin });
    // On to the provider, as a browser goes.
    await fetch(left.headers.get("location"), { redirect: "manual", headers: { cookie } });
    assert.equal(await me(), 401, "our own page does");
  });

  test("do not show ours in theirs", async () => {
    const context = await visitor(browser, { session: await session(people.buyer) });
    const page = await context.newPage();
    for (const path of ["/", "/sign-in", "/account/security", "/connect?request=x", "/connect/device"]) {
      shown = `<iframe src="${address("sr-Latn", path)}"></iframe>`;
      await page.goto(elsewhere);
      const frame = page.frames().find((frame) => frame !== page.mainFrame());
      await frame.waitForLoadState("load").catch(() => undefined);
      assert.ok(!frame.url().startsWith(origin), `${path}: ${frame.url()}`);
      const { headers } = await fetch(address("sr-Latn", path), { redirect: "manual" });
      assert.match(headers.get("content-security-policy"), /frame-ancestors 'none'/, path);
    }
    await context.close();
  });
});
