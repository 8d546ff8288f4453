// A small site of somebody else, whose people sign in with Sve Tu: code + PKCE by a server with a secret, single sign-on,
// and single logout both ways (RP-initiated and back-channel).
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { createRemoteJWKSet, jwtVerify } from "jose";
import * as oidc from "openid-client";

const COOKIE = "example_session";
const LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout";
const BODY_BYTES_MAX = 16_384;
const SESSIONS_MAX = 1_000;

const escape = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

function page(response, body) {
  response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
  response.end(`<!doctype html><html lang="en"><title>Example shop</title><h1>Example shop</h1>${body}</html>`);
}

const go = (response, to, cookie) =>
  response.writeHead(303, { location: to, ...(cookie !== undefined && { "set-cookie": cookie }) }).end();

const setCookie = (value, age) =>
  `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Lax${age === undefined ? "" : `; Max-Age=${age}`}`;

async function form(request) {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
    if (text.length > BODY_BYTES_MAX) throw new Error("the form is too long");
  }
  return new URLSearchParams(text);
}

/** `own`: this site's address; `issuer`, `id`, `secret`: as the operator of Sve Tu gave them. */
export async function relyingParty({ own, issuer, id, secret }) {
  // Only a provider on this very machine speaks HTTP without TLS.
  const local = new URL(issuer).protocol === "http:" ? { execute: [oidc.allowInsecureRequests] } : undefined;
  const config = await oidc.discovery(new URL(issuer), id, undefined, oidc.ClientSecretBasic(secret), local);
  const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri));
  /** By the cookie: a sign-in that is under way, or who is signed in. The oldest goes when there are too many. */
  const sessions = new Map();
  const keep = (session) => {
    if (sessions.size >= SESSIONS_MAX) sessions.delete(sessions.keys().next().value);
    const name = randomBytes(32).toString("base64url");
    sessions.set(name, session);
    return name;
  };

  const routes = {
    async "GET /"(_, response, session) {
      page(
        response,
        session?.sub
          ? `<p>Signed in as <b>${escape(session.name)}</b>.</p><form method="post" action="/sign-out"><button>Sign out everywhere</button></form>`
          : `<p>Nobody is signed in.</p><a href="/sign-in">Sign in with Sve Tu</a>`,
      );
    },

    async "GET /sign-in"(_, response) {
      const verifier = oidc.randomPKCECodeVerifier();
      const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: `${own}/callback`,
        scope: "openid profile",
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
      });
      go(response, url.href, setCookie(keep({ verifier, state, nonce })));
    },

    async "GET /callback"(request, response, session, name) {
      const { verifier, state, nonce } = session ?? {};
      if (!verifier) return go(response, "/");
      sessions.delete(name);
      const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
      const tokens = await oidc.authorizationCodeGrant(config, new URL(request.url, own), checks);
      const { sub, sid } = tokens.claims();
      const { name: called } = await oidc.fetchUserInfo(config, tokens.access_token, sub);
      // A new session with a new name: what somebody planted before is worth nothing.
      return go(response, "/", setCookie(keep({ sub, sid, name: called, idToken: tokens.id_token })));
    },

    async "POST /sign-out"(_, response, session, name) {
      sessions.delete(name);
      if (!session?.idToken) return go(response, "/", setCookie("", 0));
      const url = oidc.buildEndSessionUrl(config, {
        id_token_hint: session.idToken,
        post_logout_redirect_uri: `${own}/`,
      });
      return go(response, url.href, setCookie("", 0));
    },

    /** The person signed out elsewhere (OpenID Connect Back-Channel Logout 1.0 §2.6). */
    async "POST /backchannel"(request, response) {
      const token = (await form(request)).get("logout_token") ?? "";
      const { payload } = await jwtVerify(token, keys, { issuer, audience: id, typ: "logout+jwt" });
      if (!payload.events?.[LOGOUT_EVENT] || payload.nonce !== undefined) throw new Error("no logout token");
      for (const [name, session] of sessions) {
        if (payload.sid ? session.sid === payload.sid : session.sub === payload.sub) sessions.delete(name);
      }
      response.writeHead(200, { "cache-control": "no-store" }).end();
    },
  };

  return createServer((request, response) => {
    const name = request.headers.cookie?.match(new RegExp(`(?:^|; )${COOKIE}=([^;]+)`))?.[1];
    const route = routes[`${request.method} ${new URL(request.url, own).pathname}`];
    if (!route) return response.writeHead(404).end();
    return route(request, response, sessions.get(name), name).catch((error) => {
      process.stderr.write(`${error.message}\n`);
      if (!response.headersSent) response.writeHead(400).end("The sign-in did not work. Please begin again.");
    });
  });
}
