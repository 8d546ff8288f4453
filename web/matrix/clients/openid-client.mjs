import assert from "node:assert/strict";
import * as client from "openid-client";

export const name = "openid-client";

const REDIRECT = "http://127.0.0.1:9/cb";

async function flow(config, person, extra = {}, { par = false, dpop } = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const parameters = {
    redirect_uri: REDIRECT,
    scope: "openid profile email offline_access",
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    ...extra,
  };
  const options = dpop ? { DPoP: dpop } : undefined;
  const url = par
    ? await client.buildAuthorizationUrlWithPAR(config, parameters, options)
    : client.buildAuthorizationUrl(config, parameters);
  const back = await person.follow(url, REDIRECT);
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
  return client.authorizationCodeGrant(config, back, checks, undefined, options);
}

export async function run({ issuer, register, person, did }) {
  const insecure = { execute: [client.allowInsecureRequests] };
  const redirects = { redirect: REDIRECT, "post-logout-redirect": "http://127.0.0.1:9/bye" };

  const basic = await register("openid-client", { id: "oc-basic", ...redirects });
  const config = await client.discovery(
    new URL(issuer),
    basic.id,
    undefined,
    client.ClientSecretBasic(basic.secret),
    insecure,
  );
  const tokens = await flow(config, person);
  const { sub } = tokens.claims();
  did("code + PKCE");
  const info = await client.fetchUserInfo(config, tokens.access_token, sub);
  assert.equal(info.email, person.email);
  did("userinfo");
  const fresh = await client.refreshTokenGrant(config, tokens.refresh_token);
  assert.notEqual(fresh.refresh_token, tokens.refresh_token);
  did("refresh");
  assert.equal((await client.tokenIntrospection(config, fresh.access_token)).active, true);
  await client.tokenRevocation(config, fresh.refresh_token);
  assert.equal((await client.tokenIntrospection(config, fresh.access_token)).active, false);
  did("introspection, revocation");

  const parDpop = await register("openid-client, public", {
    id: "oc-public",
    public: true,
    par: true,
    dpop: true,
    ...redirects,
  });
  const publicConfig = await client.discovery(new URL(issuer), parDpop.id, undefined, client.None(), insecure);
  const handle = client.getDPoPHandle(publicConfig, await client.randomDPoPKeyPair("ES256"));
  const bound = await flow(publicConfig, person, {}, { par: true, dpop: handle });
  assert.equal(bound.token_type, "dpop");
  await client.fetchUserInfo(publicConfig, bound.access_token, sub, { DPoP: handle });
  await client.refreshTokenGrant(publicConfig, bound.refresh_token, undefined, { DPoP: handle });
  did("PAR, DPoP");

  const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", keys.publicKey);
  const jwks = { keys: [{ kty, crv, x, y, kid: "one", alg: "ES256", use: "sig" }] };
  const signed = await register("openid-client, FAPI", { id: "oc-fapi", fapi2: true, jwks, ...redirects });
  const authentication = client.PrivateKeyJwt({ key: keys.privateKey, kid: "one" });
  const fapiConfig = await client.discovery(new URL(issuer), signed.id, undefined, authentication, insecure);
  const strict = client.getDPoPHandle(fapiConfig, await client.randomDPoPKeyPair("ES256"));
  await flow(fapiConfig, person, {}, { par: true, dpop: strict });
  did("private_key_jwt, FAPI 2.0");

  const machine = await register("openid-client, machine", { id: "oc-machine", machine: true, scope: "reports" });
  const machineConfig = await client.discovery(
    new URL(issuer),
    machine.id,
    undefined,
    client.ClientSecretBasic(machine.secret),
    insecure,
  );
  assert.equal((await client.clientCredentialsGrant(machineConfig, { scope: "reports" })).scope, "reports");
  did("client credentials");

  const last = await flow(config, person);
  const end = client.buildEndSessionUrl(config, {
    id_token_hint: last.id_token,
    post_logout_redirect_uri: "http://127.0.0.1:9/bye",
  });
  await person.follow(end, "http://127.0.0.1:9/bye");
  const none = await flow(config, person, { prompt: "none" }).catch((error) => error);
  assert.equal(none.error, "login_required");
  did("logout");
}
