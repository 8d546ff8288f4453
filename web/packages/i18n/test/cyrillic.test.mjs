import assert from "node:assert/strict";
import test from "node:test";
import { toCyrillic, toLatin } from "../src/cyrillic.mjs";

const stays = new Set(["viber", "km"]);

test("letters and digraphs", () => {
  assert.equal(toCyrillic("Ljubav, Njegoš i džep", stays), "Љубав, Његош и џеп");
  assert.equal(toCyrillic("injekcija i nadživeti", stays), "инјекција и надживети");
  assert.equal(toCyrillic("LJUBAV", stays), "ЉУБАВ");
});

test("brands, addresses and numbers stay", () => {
  assert.equal(toCyrillic("Pišite na pomoc@svetu.rs ili Viber.", stays), "Пишите на pomoc@svetu.rs или Viber.");
  assert.equal(toCyrillic("do 25 km (uživo)", stays), "до 25 km (уживо)");
});

test("and back", () => {
  assert.equal(toLatin("Љубав, Његош и џеп; ЊЕГОШ"), "Ljubav, Njegoš i džep; NJEGOŠ");
});
