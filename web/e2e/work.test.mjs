// Too many from one network: the page works for one more try by itself; without script its person waits.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open, press, visitor } from "./support/browser.mjs";
import { address, base } from "./support/site.mjs";
import { words } from "./support/words.mjs";

const t = words();
const FREE_A_MINUTE = 30;

describe("a crowd at the door", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  const ask = (email) =>
    fetch(`${base}/api/v1/identity/recovery`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: base },
      body: JSON.stringify({ email }),
    });

  const crowd = async () => {
    // One try comes back every two seconds: whoever answers slowly gives more of them away.
    for (let n = 0; n <= 3 * FREE_A_MINUTE; n += 1) {
      const answer = await ask(`gomila-${n}@example.com`);
      if (answer.status === 429) return answer.json();
    }
    throw new Error("nobody is refused");
  };

  // A try may come back between the crowd's last and the person's: then they were not refused, and it is asked again.
  const TRIES = 5;

  test("with script the form goes through", async () => {
    const context = await visitor(browser, { size: "phone" });
    const page = await context.newPage();
    const sent = [];
    page.on("request", (request) => request.method() === "POST" && sent.push(request.url()));
    for (let n = 0; n < TRIES && sent.length < 2; n += 1) {
      sent.length = 0;
      await open(page, address("sr-Latn", "/recovery"));
      await page.getByLabel(t("auth.email")).fill("neko@example.com");
      const problem = await crowd();
      assert.ok(problem.challenge.bits > 8 && problem.challenge.token, JSON.stringify(problem));
      await press(page.getByRole("button", { name: t("auth.recovery.submit") }));
      await page.getByText(t("auth.sent.recovery")).waitFor();
    }
    assert.equal(sent.length, 2, "refused once, then taken");
    await context.close();
  });

  test("without script there is a message", async () => {
    const context = await visitor(browser, { javaScriptEnabled: false });
    const page = await context.newPage();
    let refused = false;
    for (let n = 0; n < TRIES && !refused; n += 1) {
      await page.goto(address("sr-Latn", "/recovery"));
      await page.getByLabel(t("auth.email")).fill("neko@example.com");
      const problem = await crowd();
      await page.getByRole("button", { name: t("auth.recovery.submit") }).click();
      const message = page.getByText(problem.title);
      await message.or(page.getByText(t("auth.sent.recovery"))).waitFor();
      refused = await message.isVisible();
    }
    assert.ok(refused, "there is a message");
    await context.close();
  });
});
