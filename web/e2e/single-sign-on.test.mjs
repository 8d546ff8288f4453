// One sign-in for two origins, and one sign-out: the site and the example client.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { relyingParty } from "../examples/relying-party/app.mjs";
import { register } from "../matrix/support/platform.mjs";
import { newAccount } from "./support/accounts.mjs";
import { launch, open, visitor } from "./support/browser.mjs";
import { address, base, eventually } from "./support/site.mjs";
import { words } from "./support/words.mjs";

const t = words();

describe("two sites, one person", () => {
  let browser;
  let shop;
  let own;
  before(async () => {
    browser = await launch();
    // A free port first: the client is registered with its addresses.
    const { createServer } = await import("node:http");
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const { port } = probe.address();
    probe.close();
    await once(probe, "close");
    own = `http://127.0.0.1:${port}`;
    const client = await register("Primer prodavnice", {
      id: `sso-${process.pid}`,
      redirect: `${own}/callback`,
      "post-logout-redirect": `${own}/`,
      "backchannel-logout": `${own}/backchannel`,
    });
    shop = await relyingParty({ own, issuer: base, ...client });
    shop.listen(port, "127.0.0.1");
    await once(shop, "listening");
  });
  after(async () => {
    shop?.close();
    shop?.closeAllConnections();
    await browser?.close();
  });

  const enter = async (page, asks) => {
    await page.goto(`${own}/`);
    await page.getByRole("link", { name: "Sign in with Sve Tu" }).click();
    if (asks) await page.getByRole("button", { name: t("connect.allow") }).click();
    await page.getByText("Signed in as").waitFor();
    assert.equal(new URL(page.url()).origin, own);
  };
  const isNobody = (page) =>
    eventually("the shop to hear of it", async () => {
      await page.goto(`${own}/`);
      return (await page.getByText("Nobody is signed in.").count()) === 1;
    });

  test("signed in once, signed out once, whichever of the two begins", async () => {
    const { session } = await newAccount("dva-sajta");
    const context = await visitor(browser, { session });
    const page = await context.newPage();
    await enter(page, true);
    await page.getByText("Jelena Probna").waitFor();
    // Who has agreed is not asked again.
    await context.clearCookies({ name: "example_session" });
    await enter(page, false);

    // Out at the site: the shop hears of it behind the browser's back.
    await open(page, address("sr-Latn", "/account"));
    await page.request.post(`${base}/api/v1/identity/sign-out`, { headers: { origin: base } });
    await isNobody(page);
    await context.close();
  });

  test("out at the shop is out at the site", async () => {
    const { session } = await newAccount("odjava");
    const context = await visitor(browser, { session });
    const page = await context.newPage();
    await enter(page, true);
    await page.getByRole("button", { name: "Sign out everywhere" }).click();
    await page.waitForURL((url) => url.origin === own || url.pathname.endsWith("/connect/leave"));
    if (new URL(page.url()).origin !== own) {
      await page.getByRole("button", { name: t("connect.leave.yes") }).click();
      await page.waitForURL(`${own}/`);
    }
    await page.getByText("Nobody is signed in.").waitFor();
    await page.goto(address("sr-Latn", "/account/security"));
    await page.getByRole("heading", { level: 1, name: t("auth.signIn.title") }).waitFor();
    await context.close();
  });
});
