// An application of somebody else signs a person in: through our pages and back, with script and without; a device by its code.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { register } from "../matrix/support/platform.mjs";
import { PASSWORD, people, session } from "./support/accounts.mjs";
import { complaints, launch, open, press, visitor } from "./support/browser.mjs";
import { address, base } from "./support/site.mjs";
import { words } from "./support/words.mjs";

const t = words();

describe("an application signs a person in", () => {
  let browser;
  let shop;
  let callback;
  let verifier;
  let client;
  before(async () => {
    browser = await launch();
    shop = createServer((request, response) => response.end(`back at ${request.url}`)).listen(0, "127.0.0.1");
    await once(shop, "listening");
    callback = `http://127.0.0.1:${shop.address().port}/cb`;
    verifier = randomBytes(32).toString("base64url");
    client = await register("Knjižara", { id: `e2e-${process.pid}`, public: true, redirect: callback });
  });
  after(async () => {
    shop?.close();
    shop?.closeAllConnections();
    await browser?.close();
  });

  const request = (more = {}) =>
    `${base}/oauth/authorize?${new URLSearchParams({
      client_id: client.id,
      response_type: "code",
      redirect_uri: callback,
      scope: "openid email",
      state: "s",
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
      ...more,
    })}`;

  const exchange = async (url) => {
    const body = new URLSearchParams({
      grant_type: "authorization_code",
      code: new URL(url).searchParams.get("code"),
      redirect_uri: callback,
      code_verifier: verifier,
      client_id: client.id,
    });
    const answer = await fetch(`${base}/oauth/token`, { method: "POST", body });
    return answer.json();
  };

  for (const javaScriptEnabled of [true, false]) {
    test(`through sign-in and consent and back, ${javaScriptEnabled ? "with" : "without"} script`, async () => {
      const context = await visitor(browser, { size: javaScriptEnabled ? "phone" : "desktop", javaScriptEnabled });
      const page = await context.newPage();
      const found = complaints(page);
      await page.goto(request({ prompt: "consent", login_hint: people.buyer }));
      await page.getByRole("heading", { level: 1, name: t("auth.signIn.title") }).waitFor();
      assert.equal(await page.getByLabel(t("auth.email")).inputValue(), people.buyer);
      await page.getByLabel(t("auth.password"), { exact: true }).fill(PASSWORD);
      await page.getByRole("button", { name: t("auth.signIn.submit"), exact: true }).click();
      await page.getByRole("heading", { level: 1, name: t("connect.heading", { name: "Knjižara" }) }).waitFor();
      await page.locator("#content").getByText(people.buyer).waitFor();
      await page.getByRole("button", { name: t("connect.allow") }).click();
      await page.waitForURL(/127\.0\.0\.1.*code=/);
      const tokens = await exchange(page.url());
      assert.equal(tokens.token_type, "Bearer", JSON.stringify(tokens));
      assert.deepEqual(found, [], "errors in the browser");
      await context.close();
    });
  }

  test("no leads back too, and a wrong address leads nowhere", async () => {
    const context = await visitor(browser, { session: await session(people.buyer) });
    const page = await context.newPage();
    await page.goto(request({ prompt: "consent" }));
    await page.getByRole("button", { name: t("connect.deny") }).click();
    await page.waitForURL(/error=access_denied/);
    await page.goto(request({ redirect_uri: "https://evil.example/cb" }));
    await page.getByRole("heading", { level: 1, name: t("connect.broken.title") }).waitFor();
    assert.ok(page.url().startsWith(base), page.url());
    await context.close();
  });

  test("a device by its code", async () => {
    const { id } = await register("Televizor", { id: `e2e-tv-${process.pid}`, public: true, device: true });
    const begun = await fetch(`${base}/oauth/device`, {
      method: "POST",
      body: new URLSearchParams({ client_id: id, scope: "openid" }),
    });
    const { user_code, device_code } = await begun.json();
    const context = await visitor(browser, { size: "phone", session: await session(people.buyer) });
    const page = await context.newPage();
    // What a link fills in is typed all the same: nobody lets in a device that they do not see.
    for (const path of [`?user_code=${user_code}`, `?typed=1&user_code=${user_code}`]) {
      await open(page, address("sr-Latn", `/connect/device${path}`));
      assert.equal(await page.getByLabel(t("connect.device.code")).inputValue(), "");
      assert.equal(await page.getByRole("button", { name: t("connect.allow") }).count(), 0, path);
    }
    await open(page, address("sr-Latn", "/connect/device"));
    await page.getByLabel(t("connect.device.code")).fill("BCDFGHJK");
    await press(page.getByRole("button", { name: t("connect.device.next") }));
    await page.getByText(t("connect.device.wrong")).waitFor();
    await page.getByLabel(t("connect.device.code")).fill(user_code.toLowerCase());
    await press(page.getByRole("button", { name: t("connect.device.next") }));
    await page.getByRole("heading", { level: 1, name: t("connect.device.heading", { name: "Televizor" }) }).waitFor();
    await page.getByText(t("connect.device.network", { network: "127.0.0.0/24" })).waitFor();
    await press(page.getByRole("button", { name: t("connect.allow") }));
    await page.getByRole("heading", { level: 1, name: t("connect.device.allowed") }).waitFor();
    const answer = await fetch(`${base}/oauth/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "urn:ietf:params:oauth:grant-type:device_code",
        device_code,
        client_id: id,
      }),
    });
    assert.equal(answer.status, 200);
    await context.close();
  });
});
