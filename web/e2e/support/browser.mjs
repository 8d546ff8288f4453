// Chromium as Debian packages it, one for a test file; contexts in the languages, themes and sizes that people use.
import { chromium } from "playwright-core";
import { base } from "./site.mjs";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1440, height: 900 } };
const PATIENCE_MS = 15_000;

export function launch(more = []) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, headless: true, args: [...FLAGS, ...more] });
}

/** A visitor: `size` phone or desktop, `theme` light, dark or system, `session` from accounts.mjs. */
export async function visitor(browser, { locale = "sr-Latn", size = "desktop", theme, session, ...rest } = {}) {
  const phone = size === "phone";
  const context = await browser.newContext({
    locale,
    viewport: sizes[size],
    hasTouch: phone,
    isMobile: phone,
    deviceScaleFactor: phone ? 2 : 1,
    reducedMotion: "reduce",
    timezoneId: "Europe/Belgrade",
    colorScheme: theme === "dark" ? "dark" : "light",
    storageState: session,
    serviceWorkers: "block",
    ...rest,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  if (theme) await context.addCookies([{ name: "theme", value: theme, url: base }]);
  return context;
}

// What the browser says about a page that answers 403, 404 or 410 on purpose.
const EXPECTED = /Failed to load resource: the server responded with a status of (401|403|404|410)/;

/** Collects whatever a page complains about: errors of scripts, of the policy, of the console. */
export function complaints(page) {
  const found = [];
  page.on("pageerror", (error) => found.push(`${page.url()}: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() !== "error" || EXPECTED.test(message.text())) return;
    found.push(`${page.url()}: ${message.text()}`);
  });
  return found;
}

/** Opens a page and waits until it is all there: loaded, its fonts ready, no skeleton in view. */
export async function open(page, address) {
  const response = await page.goto(address, { waitUntil: "load" });
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page.waitForFunction(() =>
    [...document.querySelectorAll("main .animate-pulse")].every((shape) => {
      const { top, bottom } = shape.getBoundingClientRect();
      return bottom < 0 || top > innerHeight || !shape.checkVisibility();
    }),
  );
  return response;
}

/**
 * What a page says loudly. Next announces each page it goes to in an alert of its own, outside of the content:
 * whoever waits for any alert at all may find that one before the answer is there.
 */
export const alertOf = (page) => page.locator("#content").getByRole("alert").first();

/** Presses something once its script listens: before hydration a press is lost. */
export async function press(locator) {
  await listening(locator);
  await locator.click();
}

export async function listening(locator) {
  await locator.waitFor();
  const element = await locator.elementHandle();
  await locator
    .page()
    .waitForFunction((node) => Object.keys(node).some((key) => key.startsWith("__reactProps$")), element);
}
