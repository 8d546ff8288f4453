// Where the staff proves two factors: at a platform of its own, for the demo world's staff has one password that everybody knows.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, describe, test } from "node:test";
import { freePort } from "./support/elsewhere.mjs";

const svetu = process.env.SVETU_BIN;
const root = fileURLToPath(new URL("../..", import.meta.url));
const state = mkdtempSync(join(tmpdir(), "svetu-staff-"));
chmodSync(state, 0o755);
const port = await freePort();
// What the helpers call the platform under test is this one.
process.env.SVETU_URL = `http://localhost:${port}`;
const { cookieOf, newAccount, session } = await import("./support/accounts.mjs");
const { violations } = await import("./support/axe.mjs");
const { complaints, launch, open, visitor } = await import("./support/browser.mjs");
const { address, api } = await import("./support/site.mjs");
const { STEP_S, totp } = await import("./support/totp.mjs");
const { words } = await import("./support/words.mjs");

const t = words();

async function run(...args) {
  const env = { ...process.env, SVETU__DOOR__PORT: String(port) };
  const child = spawn(svetu, ["--state", state, ...args], { cwd: root, env, stdio: ["ignore", "ignore", "inherit"] });
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("exit", resolve));
  assert.equal(code, 0, `svetu ${args.join(" ")}`);
}

describe("the staff's second factor", { skip: !svetu && "SVETU_BIN is not set" }, () => {
  let browser;
  before(async () => {
    await run("up", "--detach");
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await run("stop").catch(() => undefined);
    rmSync(state, { recursive: true, force: true });
  });

  for (const javaScriptEnabled of [true, false]) {
    test(`is set up, proven on the way, and opens the rooms, ${javaScriptEnabled ? "with" : "without"} script`, async () => {
      const { email } = await newAccount("operator", "sr-Latn", "Olga Operater");
      await run("identity", "role", "give", email, "operator");
      const context = await visitor(browser, { javaScriptEnabled, session: await session(email), size: "phone" });
      const page = await context.newPage();
      const problems = complaints(page);
      await page.goto(address("sr-Latn", "/staff/clients"));
      await page.waitForURL(/\/account\/security\?done=secondFactor$/);
      await page.getByText(t("account.outcome.secondFactor")).waitFor();
      if (javaScriptEnabled) assert.deepEqual(await violations(page), []);

      const cookie = await cookieOf(email);
      const { data } = await api("POST", "/identity/me/totp", { cookie });
      await api("PUT", "/identity/me/totp", { cookie, body: { state: data.state, code: totp(data.secret) } });
      await page.goto(address("sr-Latn", "/staff/clients"));
      await page.waitForURL(/\/step-up\?/);
      assert.equal(
        await page.getByLabel(t("auth.password"), { exact: true }).count(),
        0,
        "a password proves too little",
      );
      if (javaScriptEnabled) assert.deepEqual(await violations(page), []);
      // The code of now is used up: the next one is good already.
      const next = Math.floor(Date.now() / 1000 / STEP_S) + 1;
      await page.getByLabel(t("auth.factor.totp")).fill(totp(data.secret, next));
      await page
        .getByRole("button", { name: t("auth.stepUp.submit"), exact: true })
        .first()
        .click();
      await page.waitForURL(/\/staff\/clients$/);
      await page.getByRole("heading", { level: 1 }).waitFor();
      // From here on it holds, also for what is pressed.
      const answer = await open(page, address("sr-Latn", "/staff/people"));
      assert.equal(answer.status(), 200);
      assert.deepEqual(problems, []);
      await context.close();
    });
  }
});
