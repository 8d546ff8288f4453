import assert from "node:assert/strict";
import * as oauth from "oauth4webapi";

export const name = "oauth4webapi";

const REDIRECT = "http://127.0.0.1:9/cb";
const loose = { [oauth.allowInsecureRequests]: true };

export async function run({ issuer, register, person, did }) {
  const found = await oauth.discoveryRequest(new URL(issuer), { algorithm: "oidc", ...loose });
  const server = await oauth.processDiscoveryResponse(new URL(issuer), found);
  const { id } = await register("oauth4webapi", { id: "o4w", public: true, redirect: REDIRECT });
  const client = { client_id: id };
  const auth = oauth.None();
  const DPoP = oauth.DPoP(client, await oauth.generateKeyPair("ES256"));

  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const parameters = new URLSearchParams({
    client_id: id,
    redirect_uri: REDIRECT,
    response_type: "code",
    scope: "openid email offline_access",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
  });
  const twice = async (request, process) => {
    try {
      return await process(await request());
    } catch (error) {
      // The server's nonce is asked for once.
      if (!oauth.isDPoPNonceError(error)) throw error;
      return process(await request());
    }
  };
  const pushed = await twice(
    () => oauth.pushedAuthorizationRequest(server, client, auth, parameters, { DPoP, ...loose }),
    (answer) => oauth.processPushedAuthorizationResponse(server, client, answer),
  );
  did("PAR");
  const url = new URL(server.authorization_endpoint);
  url.search = new URLSearchParams({ client_id: id, request_uri: pushed.request_uri });
  const back = oauth.validateAuthResponse(server, client, await person.follow(url, REDIRECT), state);
  const tokens = await twice(
    () => oauth.authorizationCodeGrantRequest(server, client, auth, back, REDIRECT, verifier, { DPoP, ...loose }),
    (answer) =>
      oauth.processAuthorizationCodeResponse(server, client, answer, { expectedNonce: nonce, requireIdToken: true }),
  );
  const { sub } = oauth.getValidatedIdTokenClaims(tokens);
  did("code + PKCE, iss, DPoP");
  const info = await twice(
    () => oauth.userInfoRequest(server, client, tokens.access_token, { DPoP, ...loose }),
    (answer) => oauth.processUserInfoResponse(server, client, sub, answer),
  );
  assert.equal(info.email, person.email);
  did("userinfo");
  const fresh = await twice(
    () => oauth.refreshTokenGrantRequest(server, client, auth, tokens.refresh_token, { DPoP, ...loose }),
    (answer) => oauth.processRefreshTokenResponse(server, client, answer),
  );
  assert.notEqual(fresh.refresh_token, tokens.refresh_token);
  did("refresh");
  const revoked = await oauth.revocationRequest(server, client, auth, fresh.refresh_token, loose);
  await oauth.processRevocationResponse(revoked);
  did("revocation");
}
