import assert from "node:assert/strict";
import { once } from "node:events";
import express from "express";
import session from "express-session";
import * as client from "openid-client";
import { Strategy } from "openid-client/passport";
import passport from "passport";

export const name = "passport";

/** A small shop as people write one: Express, sessions, and passport's strategy. */
export async function run({ issuer, register, person, did }) {
  const app = express();
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const shop = `http://127.0.0.1:${server.address().port}`;
    const { id, secret } = await register("passport", { id: "shop", redirect: `${shop}/callback` });
    const insecure = { execute: [client.allowInsecureRequests] };
    const config = await client.discovery(new URL(issuer), id, undefined, client.ClientSecretBasic(secret), insecure);
    const options = { config, scope: "openid email", callbackURL: `${shop}/callback` };
    const verify = async (tokens, done) => {
      const { sub } = tokens.claims();
      done(null, await client.fetchUserInfo(config, tokens.access_token, sub));
    };
    passport.use("svetu", new Strategy(options, verify));
    passport.serializeUser((user, done) => done(null, user));
    passport.deserializeUser((user, done) => done(null, user));
    app.use(session({ secret: client.randomState(), resave: false, saveUninitialized: false }));
    app.use(passport.authenticate("session"));
    app.get("/login", passport.authenticate("svetu"));
    app.get("/callback", passport.authenticate("svetu", { successRedirect: "/", failureMessage: true }));
    app.get("/", (request, response) => response.send(request.user?.email ?? "nobody"));
    assert.equal((await person.follow(`${shop}/`, null)).text, "nobody");
    assert.equal((await person.follow(`${shop}/login`, null)).text, person.email);
    did("code + PKCE, userinfo, a session of its own");
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
