// What people come for, on a phone and on a desktop: find and open, register and post, keep and follow, decide and appeal.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { newAccount, PASSWORD, people, session, setRoles } from "./support/accounts.mjs";
import { complaints, launch, listening, open, press, sizes, visitor } from "./support/browser.mjs";
import { linkTo } from "./support/mail.mjs";
import { picture } from "./support/pictures.mjs";
import { address, api } from "./support/site.mjs";
import { words } from "./support/words.mjs";

const t = words();
const at = (path) => address("sr-Latn", path);

for (const size of Object.keys(sizes)) {
  describe(`journeys on a ${size}`, () => {
    let browser;
    /** What the seller's test leaves to the moderator's: the ad, its title, the seller's context. */
    const ad = {};
    before(async () => {
      browser = await launch();
    });
    after(() => browser?.close());

    test("a visitor finds an ad and opens it", async () => {
      const context = await visitor(browser, { size });
      const page = await context.newPage();
      const found = complaints(page);
      await open(page, at("/"));
      const box = page.getByRole("combobox", { name: t("searchBox.search") }).first();
      await listening(box);
      await box.fill("stan");
      await box.press("Enter");
      await page.getByRole("heading", { level: 1, name: t("search.quoted", { words: "stan" }) }).waitFor();

      if (size === "phone") await press(page.getByRole("button", { name: t("search.filters") }));
      const photos = page.getByLabel(t("search.withPhoto"));
      await listening(photos);
      await photos.check();
      await page.waitForURL(/with_photo=true/);
      if (size === "phone") await page.keyboard.press("Escape");

      const link = page.locator("#results article").first().getByRole("link");
      const title = await link.innerText();
      await press(link);
      await page.waitForURL(/\/listings\//);
      await page.getByRole("heading", { level: 1, name: title }).waitFor();
      await page
        .getByRole("link", { name: t("listing.contact.signIn") })
        .first()
        .waitFor();

      await page.goBack();
      await page.getByRole("heading", { level: 1, name: t("search.quoted", { words: "stan" }) }).waitFor();
      assert.match(page.url(), /with_photo=true/, "the filter is still on");
      assert.deepEqual(found, [], "errors in the browser");
      await context.close();
    });

    test("a seller registers by a letter's link and posts with photos", async () => {
      const context = await visitor(browser, { size });
      const page = await context.newPage();
      const found = complaints(page);
      const email = `prodavac-${size}-${Date.now()}@example.com`;
      await signUp(page, email);
      ad.title = `Ručno rađena polica za knjige ${size} ${Date.now() % 100_000}`;
      ad.id = await post(page, ad.title);
      ad.seller = context;
      await page.getByRole("heading", { name: t("post.done.in_review.title") }).waitFor();
      assert.deepEqual(found, [], "errors in the browser");
    });

    test("a buyer keeps an ad and saves a search", async () => {
      const account = await newAccount(`kupac-${size}`);
      const context = await visitor(browser, { size, session: account.session });
      const page = await context.newPage();
      await open(page, at("/search?q=telefon"));
      const card = page.locator("#results article").first();
      const title = await card.getByRole("link").innerText();
      await press(card.getByRole("button", { name: t("favourite.add") }));
      await card.getByRole("button", { name: t("favourite.remove"), pressed: true }).waitFor();
      await press(page.getByRole("button", { name: t("search.save") }));
      await page.getByRole("button", { name: t("search.saved") }).waitFor();

      await open(page, at("/account/favourites"));
      await page.getByRole("link", { name: title }).first().waitFor();
      await open(page, at("/account/searches"));
      await page.getByRole("main").getByText("telefon").first().waitFor();
      await context.close();
    });

    test("a moderator refuses with a reason", async () => {
      const context = await visitor(browser, { size, session: await session(people.moderator) });
      const page = await context.newPage();
      const found = complaints(page);
      await open(page, at("/staff/queue"));
      await findCase(page, ad.title, size);
      if (size === "phone") await press(page.getByRole("button", { name: t("staff.queue.refuse") }));
      else await page.keyboard.press("r");
      const dialog = page.getByRole("dialog");
      const rule = dialog.getByLabel(t("staff.decision.rule"));
      assert.notEqual(await rule.inputValue(), "", "what the machine found is suggested");
      await dialog.getByLabel(t("staff.decision.note")).fill("Sklonite broj telefona iz opisa.");
      await press(dialog.getByRole("button", { name: t("staff.decision.refuse") }));
      await page.getByText(t("staff.queue.done.refuse")).waitFor();
      assert.deepEqual(found, [], "errors in the browser");
      await context.close();
    });

    test("the seller reads the reasons and appeals", async () => {
      const page = await ad.seller.newPage();
      await open(page, at("/account/ads"));
      await page.getByText(t("account.ads.states.refused")).first().waitFor();
      await page
        .getByRole("link", { name: t("account.ads.reason") })
        .first()
        .click();
      await page.getByText("Sklonite broj telefona iz opisa.").first().waitFor();
      await page.waitForURL(/\/listings\//);
      await page.getByText(t("listing.appeal.title"), { exact: true }).click();
      const text = page.getByRole("textbox", { name: t("listing.appeal.text") });
      await listening(text);
      await text.fill("Broj je u opisu zato što nemam drugi način kontakta.");
      await press(page.getByRole("button", { name: t("listing.appeal.send") }));
      await page.getByText(t("listing.appeal.waiting")).waitFor();
      await page.close();
    });

    test("another moderator answers the appeal, and the ad is back", async () => {
      const first = await visitor(browser, { size, session: await session(people.moderator) });
      const own = await first.newPage();
      await open(own, at("/staff/appeals"));
      const mine = own.getByRole("article").filter({ hasText: ad.title });
      await mine.getByText(t("staff.appeals.own"), { exact: true }).waitFor();
      await first.close();

      const account = await newAccount(`moderator-${size}`);
      await setRoles(account.email, ["member", "moderator"]);
      const second = await visitor(browser, { size, session: await session(account.email, PASSWORD) });
      const page = await second.newPage();
      await open(page, at("/staff/appeals"));
      const appeal = page.getByRole("article").filter({ hasText: ad.title });
      await appeal.waitFor();
      assert.equal(await appeal.getByText(t("staff.appeals.own"), { exact: true }).count(), 0, "not their decision");
      const reverse = appeal.getByRole("button", { name: t("staff.appeals.reverse") });
      await press(reverse);
      await appeal.getByText(t("staff.appeals.answerMissing")).waitFor();
      await appeal.getByLabel(t("staff.appeals.answer")).fill("U redu je, oglas se vraća.");
      await reverse.click();
      await page.getByText(t("staff.appeals.done.reverse")).waitFor();
      await second.close();

      const anyone = await visitor(browser, { size });
      const public_ = await anyone.newPage();
      const response = await open(public_, at(`/listings/${ad.id}`));
      assert.equal(response.status(), 200);
      await public_.getByRole("heading", { level: 1, name: ad.title }).waitFor();
      await anyone.close();
      await ad.seller.close();
    });
  });
}

async function signUp(page, email) {
  await open(page, at("/sign-up"));
  const main = page.getByRole("main");
  const submit = main.getByRole("button", { name: t("auth.signUp.submit") });
  await listening(submit);
  await main.getByLabel(t("auth.name")).fill("Jelena Probna");
  await main.getByLabel(t("auth.email")).fill(email);
  await main.getByLabel(t("auth.password"), { exact: true }).fill(PASSWORD);
  await main.getByLabel(t("auth.signUp.accept")).check();
  await submit.click();
  await main.getByText(t("auth.sent.title")).waitFor();
  await open(page, await linkTo(email, "/verify"));
  await press(main.getByRole("button", { name: t("auth.verify.submit") }));
  await page.waitForURL(/\/account/);
}

/** A leaf of the tree that asks for nothing but what every ad needs. */
async function plainCategory() {
  const { data: tree } = await api("GET", "/marketplace/categories?lang=sr-Latn");
  const parents = new Set(tree.categories.map(({ parent }) => parent));
  for (const { id, price_kinds: kinds } of tree.categories.filter(({ id }) => !parents.has(id))) {
    const { data } = await api("GET", `/marketplace/categories/${id}?lang=sr-Latn`);
    if (kinds.includes("fixed") && !data.attributes.some(({ required }) => required)) return data;
  }
  throw new Error("every category has a required attribute");
}

async function post(page, title) {
  const category = await plainCategory();
  await open(page, at("/post"));
  const main = page.getByRole("main");
  const titleField = main.getByLabel(t("post.title.label"));
  await listening(titleField);
  await main.locator('input[type="file"][multiple]').setInputFiles([picture(Date.now()), picture(Date.now() + 1)]);
  await titleField.fill(title);
  await main.getByText(t("post.category.guessed")).waitFor();
  await main.getByText(t("post.sync.saved")).first().waitFor();

  // Another visit finds what was typed.
  await page.reload({ waitUntil: "load" });
  await listening(titleField);
  assert.equal(await titleField.inputValue(), title, "the draft survived");
  await main.locator("img").nth(1).waitFor();

  await main.locator("#ad-category").click();
  const picker = page.getByRole("dialog");
  await picker.getByLabel(t("post.category.search")).fill(category.path.map(({ name }) => name).join(" "));
  await picker.getByRole("button", { name: category.name }).first().click();
  if (category.has_condition) await main.getByText(t("post.condition.used"), { exact: true }).click();
  // A phone number in the text: the machine holds such an ad for a person.
  await main.getByLabel(t("post.description.label")).fill("Puno drvo, dimenzije 180 × 90. Zvati na 064 123 45 67.");
  await main.getByLabel(t("post.price.amount")).fill("12.500");
  const place = main.getByRole("combobox", { name: t("post.place.label") });
  await place.fill("Novi Sad");
  await main.getByRole("option").filter({ hasText: "Novi Sad" }).first().click();
  await main.getByLabel(t("post.contact.phone")).fill("064 1234567");
  await press(main.getByRole("button", { name: t("post.publish") }).last());
  await page.waitForURL(/\/post\/listing_[0-9a-z]+\/done/);
  return /listing_[0-9a-z]+/.exec(page.url())[0];
}

/** Goes through the queue until this ad is on the table: by the key J, or by the button where there are no keys. */
async function findCase(page, title, size) {
  const heading = page.locator("#case-title");
  const next = page.getByRole("button", { name: t("staff.queue.next") });
  await listening(next);
  for (let step = 0; step < 300; step += 1) {
    const now = await heading.innerText();
    if (now.trim() === title) return;
    if (size === "phone") await next.click();
    else await page.keyboard.press("j");
    await page.waitForFunction((before) => document.querySelector("#case-title")?.textContent !== before, now);
  }
  throw new Error(`the queue does not hold «${title}»`);
}
