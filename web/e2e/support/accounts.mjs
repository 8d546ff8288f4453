// The demo world's account of each role (apps/svetu/src/seed.rs), and new ones.
import { linkTo } from "./mail.mjs";
import { api, base } from "./site.mjs";

export const PASSWORD = "svetu-demo-lozinka";
export const people = {
  buyer: "kupac@example.com",
  trader: "radnja@example.com",
  moderator: "moderator@example.com",
  operator: "operator@example.com",
};

const sessions = new Map();

/** A signed-in session as Playwright's storage state; once a process for each account. */
export function session(email, password = PASSWORD) {
  if (!sessions.has(email)) sessions.set(email, signIn(email, password));
  return sessions.get(email);
}

async function signIn(email, password) {
  const { headers } = await api("POST", "/identity/sign-in", { body: { email, password } });
  return entered(headers);
}

const HOPS_MAX = 8;

/** Whom the provider knows is signed in to the site as a browser is: by its redirects. */
async function entered(headers) {
  const jar = new Map();
  const keep = (lines) => {
    for (const line of lines.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const cut = pair.indexOf("=");
      if (cut + 1 < pair.length) jar.set(pair.slice(0, cut), pair.slice(cut + 1));
      else jar.delete(pair.slice(0, cut));
    }
  };
  keep(headers);
  let url = new URL("/session/sign-in?next=/entered", base);
  for (let hop = 0; hop < HOPS_MAX && url.pathname !== "/entered"; hop += 1) {
    const cookie = [...jar].map((pair) => pair.join("=")).join("; ");
    const answer = await fetch(url, { redirect: "manual", headers: { cookie } });
    keep(answer.headers);
    const to = answer.headers.get("location");
    if (!to) throw new Error(`${url} answered ${answer.status} and leads nowhere`);
    url = new URL(to, url);
  }
  if (url.pathname !== "/entered") throw new Error(`led around in circles, at last to ${url}`);
  return stateOf(jar);
}

function stateOf(jar) {
  const { hostname } = new URL(base);
  const kept = { domain: hostname, path: "/", expires: -1, httpOnly: true, secure: false, sameSite: "Lax" };
  return { cookies: [...jar].map(([name, value]) => ({ name, value, ...kept })), origins: [] };
}

/** The same as a header, for requests without a browser. */
export async function cookieOf(email, password) {
  const { cookies } = await session(email, password);
  return cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
}

let count = 0;

/** An account that nobody used before, its address proved by the letter. */
export async function newAccount(name, language = "sr-Latn", display_name = "Jelena Probna") {
  count += 1;
  const email = `${name}-${process.pid}-${Date.now()}-${count}@example.com`;
  const form = { email, password: PASSWORD, display_name, language, accept_terms: true };
  await api("POST", "/identity/sign-up", { body: form });
  const token = new URL(await linkTo(email, "/verify")).searchParams.get("token");
  const { headers } = await api("POST", "/identity/verify-email", { body: { token } });
  return { email, session: await entered(headers) };
}

/** Gives an account further roles, as an operator does. */
export async function setRoles(email, roles) {
  // Signed in just now: roles are given by who has proven themselves recently.
  const { cookies } = await signIn(people.operator, PASSWORD);
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const { data } = await api("POST", "/identity/accounts/search", { cookie, body: { text: email } });
  const account = data.items.find((one) => one.email === email);
  await api("PUT", `/identity/accounts/${account.account_id}/roles`, { cookie, body: { roles } });
}
