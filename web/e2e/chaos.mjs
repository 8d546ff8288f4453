// Processes and engines of a cluster die, freeze and are started again while people read and write: what was acknowledged is there,
// once, the index equals the database, and nobody waits beyond the deadline. `make chaos` starts it; one seed, one order of faults.
import { execFile } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import { randomInt } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { cookieOf, people } from "./support/accounts.mjs";
import { base, eventually } from "./support/site.mjs";

const run = promisify(execFile);
const { SVETU_BIN: svetu, SVETU_STATE: state, SVETU_ENGINES_STATE: engines, SVETU_XTASK: xtask } = process.env;
if (!svetu || !state || !engines || !xtask) {
  process.stderr.write("run scripts/test-e2e.sh cluster chaos\n");
  process.exit(2);
}
const lastsMs = Number(process.env.SVETU_CHAOS_S ?? 600) * 1000;
const seed = Number(process.env.SVETU_CHAOS_SEED ?? randomInt(1, 1_000_000));
/** Beyond the gateway's own bound of a request (limits.request_ms_max), and what a slow machine adds. */
const DEADLINE_MS = 45_000;
const FROZEN_MS = 6_000;
const AWAY_MS = 3_000;
const HEALED_MS_MAX = 120_000;
const CALM_MS = 3_000;
const PAUSE_MS = 100;
const WRITERS = 2;
const READERS = 4;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** mulberry32: small, and the same everywhere. */
function random(from) {
  let a = from;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
const chance = random(seed);
const one = (list) => list[Math.floor(chance() * list.length)];

const counted = { good: 0, failed: new Map(), slowestMs: 0, hung: [], pages: 0, pagesFailed: new Map() };
const count = (of, status) => of.set(status, (of.get(status) ?? 0) + 1);
const told = (of) => [...of].map(([status, times]) => `${times} × ${status}`).join(", ");
let going = true;

async function ask(method, path, { cookie, key, body } = {}) {
  const began = Date.now();
  let status = "lost";
  let data;
  try {
    const response = await fetch(`${base}/api/v1${path}`, {
      method,
      signal: AbortSignal.timeout(DEADLINE_MS),
      headers: {
        origin: base,
        ...(cookie && { cookie }),
        ...(key && { "idempotency-key": key }),
        ...(body && { "content-type": "application/json" }),
      },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    status = response.status;
    data = text ? JSON.parse(text) : undefined;
  } catch (error) {
    if (error.name === "TimeoutError") counted.hung.push(`${method} ${path}`);
  }
  counted.slowestMs = Math.max(counted.slowestMs, Date.now() - began);
  // A key that is still at work, and an ad that was published already, are no failures.
  if (typeof status === "number" && (status < 400 || status === 409)) counted.good += 1;
  else count(counted.failed, status);
  return { ok: typeof status === "number" && status < 300, status, data };
}

const acknowledged = new Map();
const kept = new Map();

const book = (title, town) => ({
  title,
  description: "",
  category: "nonfiction",
  condition: "new",
  place_id: town,
  price: { kind: "agreement" },
  language: "sr-Latn",
});

async function write(cookie, town, writer) {
  for (let n = 0; going; n += 1) {
    const title = `Knjiga ${seed}-${writer}-${n}`;
    const key = `chaos-${seed}-${writer}-${n}`;
    const body = book(title, town);
    for (;;) {
      const made = await ask("POST", "/marketplace/listings", { cookie, key, body });
      if (made.ok) {
        acknowledged.set(made.data.id, { title });
        if (n % 3 === 0) {
          const path = `/marketplace/listings/${made.data.id}/publish`;
          const published = await ask("POST", path, { cookie, key: `${key}-publish`, body: {} });
          // What was not answered may have been done or not.
          if (published.ok) acknowledged.get(made.data.id).state = published.data.state;
        }
        break;
      }
      if (!going) break;
      await sleep(PAUSE_MS);
    }
    await sleep(PAUSE_MS);
  }
}

async function keep(cookie, ids) {
  for (let n = 0; going; n += 1) {
    const id = ids[n % ids.length];
    const wanted = Math.floor(n / ids.length) % 2 === 0;
    const done = await ask(wanted ? "PUT" : "DELETE", `/marketplace/favourites/${id}`, { cookie });
    // What was not answered may have been done or not.
    kept.set(id, done.ok ? wanted : undefined);
    await sleep(PAUSE_MS);
  }
}

async function read(cookie, paths) {
  for (let n = 0; going; n += 1) {
    await ask("GET", paths[n % paths.length], { cookie });
    await sleep(PAUSE_MS / 2);
  }
}

/** Pages of the site as a browser without scripts gets them. */
async function visit(paths) {
  for (let n = 0; going; n += 1) {
    const path = paths[n % paths.length];
    const began = Date.now();
    let status = "lost";
    try {
      const response = await fetch(`${base}${path}`, { signal: AbortSignal.timeout(DEADLINE_MS) });
      const text = await response.text();
      // A page that broke off after its beginning was sent is no page.
      status = response.ok && !text.includes("</html>") ? "half" : response.status;
    } catch (error) {
      if (error.name === "TimeoutError") counted.hung.push(path);
    }
    counted.slowestMs = Math.max(counted.slowestMs, Date.now() - began);
    if (status === 200) counted.pages += 1;
    else count(counted.pagesFailed, status);
    await sleep(PAUSE_MS / 2);
  }
}

function pidOfEngine(name) {
  return JSON.parse(readFileSync(join(engines, name, "running.json"), "utf8")).process.id;
}

async function processes() {
  const { stdout } = await run(svetu, ["--state", state, "cluster", "status", "--json"]);
  return JSON.parse(stdout);
}

const postmaster = () =>
  Number(readFileSync(join(realpathSync(join(state, "postgres")), "postmaster.pid"), "utf8").split("\n")[0]);
const engine = (verb, name, ...flags) => run(xtask, ["engines", verb, "--state", engines, name, ...flags]);

const NAMES = ["kafka", "opensearch", "redis", "minio"];

/** What can happen to whom. */
async function faults() {
  const all = [];
  for (const { name } of await processes()) {
    const pid = async () =>
      (await eventually(name, async () => (await processes()).find((one) => one.name === name && one.pid))).pid;
    all.push({ who: name, what: "kill -9", act: async () => kill(await pid(), "SIGKILL") });
    all.push({ who: name, what: "frozen", act: async () => freeze(await pid()) });
    all.push({ who: name, what: "replaced", act: () => run(svetu, ["--state", state, "cluster", "restart", name]) });
  }
  for (const name of NAMES) {
    const back = async () => {
      await sleep(AWAY_MS);
      await engine("up", name);
    };
    all.push({
      who: name,
      what: "kill -9",
      act: async () => {
        kill(pidOfEngine(name), "SIGKILL");
        await back();
      },
    });
    all.push({ who: name, what: "frozen", act: () => freeze(pidOfEngine(name)) });
    all.push({
      who: name,
      what: "restarted",
      act: async () => {
        await engine("down", name);
        await back();
      },
    });
  }
  all.push({ who: "postgres", what: "kill -9", act: () => kill(postmaster(), "SIGKILL") });
  return all;
}

/** A fault that happens to nobody would pass. */
function kill(pid, signal) {
  if (!Number.isInteger(pid)) throw new Error(`no process to send ${signal} to`);
  process.kill(pid, signal);
}

async function freeze(pid) {
  kill(pid, "SIGSTOP");
  await sleep(FROZEN_MS);
  try {
    process.kill(pid, "SIGCONT");
  } catch {
    // It was ended meanwhile.
  }
}

/** Everything that people do works, three times in a row. */
async function healed(cookie, id) {
  const began = Date.now();
  const paths = [
    "/marketplace/search?q=stan",
    `/marketplace/listings/${id}`,
    "/identity/me",
    "/marketplace/favourites",
  ];
  for (let good = 0; good < 3;) {
    const answers = await Promise.all(paths.map((path) => ask("GET", path, { cookie })));
    good = answers.every(({ ok }) => ok) ? good + 1 : 0;
    if (Date.now() - began > HEALED_MS_MAX) throw new Error(`not healed within ${HEALED_MS_MAX} ms`);
    await sleep(PAUSE_MS);
  }
  return Date.now() - began;
}

/** An ad that is published from here on is found: the outbox, the bus and the index have caught up. */
async function found(cookie, town, n) {
  const began = Date.now();
  const title = `Knjiga ${seed}-after-${n}`;
  const body = book(title, town);
  const made = await untilOk("POST", "/marketplace/listings", { cookie, key: `chaos-${seed}-after-${n}`, body });
  const path = `/marketplace/listings/${made.data.id}/publish`;
  await untilOk("POST", path, { cookie, key: `chaos-${seed}-after-${n}-publish`, body: {} });
  for (;;) {
    const { data } = await ask("GET", `/marketplace/search?q=${encodeURIComponent(title)}`, { cookie });
    if (data?.items?.some(({ id }) => id === made.data.id)) return Date.now() - began;
    if (Date.now() - began > HEALED_MS_MAX) throw new Error(`«${title}» not found within ${HEALED_MS_MAX} ms`);
    await sleep(PAUSE_MS);
  }
}

async function untilOk(method, path, request) {
  const began = Date.now();
  for (;;) {
    const answer = await ask(method, path, request);
    if (answer.ok) return answer;
    if (Date.now() - began > HEALED_MS_MAX)
      throw new Error(`${method} ${path}: ${answer.status} for ${HEALED_MS_MAX} ms`);
    await sleep(PAUSE_MS);
  }
}

async function listed(cookie) {
  const found = new Map();
  let cursor = "";
  do {
    const { data } = await ask("GET", `/marketplace/listings/mine?limit=100${cursor}`, { cookie });
    for (const { id, title, state } of data.items) found.set(id, { title, state });
    cursor = data.cursor ? `&cursor=${encodeURIComponent(data.cursor)}` : "";
  } while (cursor);
  return found;
}

process.stdout.write(`chaos: seed ${seed}, ${lastsMs / 1000} s\n`);
const trader = await cookieOf(people.trader);
const buyer = await cookieOf(people.buyer);
const town = (await ask("GET", "/marketplace/places?q=Zrenjanin")).data.items[0].id;
const some = (await ask("GET", "/marketplace/search?limit=20")).data.items.map(({ id }) => id);
const paths = [
  "/marketplace/search?q=stan",
  `/marketplace/listings/${some[0]}`,
  "/marketplace/categories",
  "/marketplace/places?q=Novi",
  "/identity/me",
];
const load = [
  ...Array.from({ length: WRITERS }, (_, writer) => write(trader, town, writer)),
  keep(buyer, some.slice(0, 10)),
  ...Array.from({ length: READERS }, (_, n) => read(n % 2 ? buyer : undefined, n % 2 ? paths : paths.slice(0, 4))),
];
// Where the site is told not to be served, its pages are no part of it.
const hasSite = process.env.SVETU__SITE__ENABLED !== "false";
if (hasSite) load.push(visit(["/", "/c/vozila", `/listings/${some[0]}`, "/c/nekretnine"]));
const rows = [];
const wrong = [];
const until = Date.now() + lastsMs;
const all = await faults();
// Everything once, in the seed's order, then anything.
const order = all.map((fault) => [chance(), fault]).sort((a, b) => a[0] - b[0]);
for (let n = 0; Date.now() < until; n += 1) {
  const { who, what, act } = n < order.length ? order[n][1] : one(all);
  Object.assign(counted, { good: 0, failed: new Map(), slowestMs: 0, pages: 0, pagesFailed: new Map() });
  await act();
  const healedMs = await healed(buyer, some[0]);
  const foundMs = await found(trader, town, n);
  const { good, slowestMs, pages } = counted;
  const [failed, pagesFailed] = [told(counted.failed), told(counted.pagesFailed)];
  rows.push({
    who,
    what,
    good,
    failed: failed || "0",
    pages,
    pagesFailed: pagesFailed || "0",
    slowestMs,
    healedMs,
    foundMs,
  });
  // Without search one browses: by the newest, from listings.
  if (/^(opensearch|search)/.test(who) && pagesFailed) wrong.push(`pages while ${who} was ${what}: ${pagesFailed}`);
  process.stdout.write(`  ${who} ${what}: ${good} answered, ${failed || "none"} failed, `);
  process.stdout.write(`${pages} pages, ${pagesFailed || "none"} failed, `);
  process.stdout.write(`slowest ${slowestMs} ms, well ${healedMs} ms after it, an ad is found after ${foundMs} ms\n`);
  await sleep(CALM_MS);
}
going = false;
await Promise.all(load);

const lost = [];
const mine = await listed(trader);
for (const [id, { title, state }] of acknowledged) {
  const now = mine.get(id);
  if (now?.title !== title) lost.push(`ad ${id} «${title}»`);
  else if (state && now.state !== state) lost.push(`ad ${id} «${title}», ${state}, is ${now.state}`);
}
const ours = [...mine.values()].map(({ title }) => title).filter((title) => title.startsWith(`Knjiga ${seed}-`));
const twice = ours.length - new Set(ours).size;
const favourites = await ask("GET", "/marketplace/favourites/ids", { cookie: buyer });
const held = new Set(JSON.stringify(favourites.data).match(/listing_[0-9a-z]+/g) ?? []);
for (const [id, wanted] of kept) if (wanted !== undefined && held.has(id) !== wanted) lost.push(`favourite ${id}`);
let differences;
const verified = await eventually(
  "an index that equals the database",
  () =>
    run(svetu, ["--state", state, "verify"]).catch((error) => void (differences = `${error.stdout}${error.stderr}`)),
  120_000,
).catch((error) => {
  process.stderr.write(`chaos: seed ${seed}: svetu verify says: ${differences}\n`);
  throw error;
});
process.stdout.write(`${verified.stdout}`);
process.stdout.write(`${acknowledged.size} ads acknowledged, ${lost.length} lost, ${twice} made twice, `);
process.stdout.write(`${counted.hung.length} requests without an answer in ${DEADLINE_MS / 1000} s\n`);
process.stdout.write(
  "\n| | | answered | failed | pages | pages failed | slowest, s | well after, s | a new ad found after, s |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
);
const s = (ms) => (ms / 1000).toFixed(1);
for (const { who, what, good, failed, pages, pagesFailed, slowestMs, healedMs, foundMs } of rows.sort((a, b) =>
  a.who.localeCompare(b.who),
)) {
  process.stdout.write(
    `| ${who} | ${what} | ${good} | ${failed} | ${pages} | ${pagesFailed} | ${s(slowestMs)} | ${s(healedMs)} | ${s(foundMs)} |\n`,
  );
}
wrong.push(...lost, ...counted.hung);
if (wrong.length > 0 || twice > 0 || acknowledged.size === 0) {
  process.stderr.write(`chaos: seed ${seed}:\n  ${wrong.slice(0, 20).join("\n  ")}\n`);
  process.exit(1);
}
process.stdout.write(`chaos: ${rows.length} faults passed, 0 failed\n`);
process.exit(0);
