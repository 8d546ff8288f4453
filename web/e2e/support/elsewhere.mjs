// A second provider: node's certified `oidc-provider`, whose people are whoever they say, with `<login>@example.com` for an address.
import { createPublicKey, randomBytes, verify } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import Provider from "oidc-provider";

/** A free port of this machine. */
export async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

const METADATA = "/.well-known/openid-configuration";

/** What a provider does otherwise than the certified one that it is made of. */
const KINDS = {
  usual: {},
  /** Sign in with Apple: as https://developer.apple.com/documentation/signinwithapplerestapi says. */
  apple: {
    settings: { scopes: ["openid", "email", "name"], claims: { openid: ["sub"], email: ["email", "email_verified"] } },
    client: { token_endpoint_auth_method: "client_secret_post" },
    claims: (claims) => ({ sub: claims.sub, email: claims.email, email_verified: String(claims.email_verified) }),
    metadata: (metadata) => ({
      ...metadata,
      token_endpoint_auth_methods_supported: ["client_secret_post"],
      authorization_response_iss_parameter_supported: undefined,
    }),
    /** The name comes beside the answer, once and unsigned. */
    form: (html) => {
      const user = JSON.stringify({ name: { firstName: "Petar", lastName: "Jabuka" }, email: "neko@example.com" });
      const field = `<input type="hidden" name="user" value="${user.replaceAll('"', "&quot;")}"/>`;
      return html.replace("</form>", `${field}</form>`).replace(/<input[^>]*name="iss"[^>]*>/, "");
    },
    secret(shown, { issuer, signer }) {
      const [header, claims, signature] = shown.split(".");
      const read = (part) => JSON.parse(Buffer.from(part, "base64url").toString());
      const key = { key: createPublicKey(signer.publicKey), dsaEncoding: "ieee-p1363" };
      const { alg, kid } = read(header);
      const { iss, sub, aud, iat, exp } = read(claims);
      const now = Date.now() / 1000;
      return (
        verify("sha256", Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, "base64url")) &&
        [alg, kid, iss, sub, aud].join() === ["ES256", signer.keyId, signer.teamId, "svetu", issuer].join() &&
        iat <= now + 5 &&
        exp > now &&
        exp - iat <= 15_777_000
      );
    },
  },
  /** Facebook: as its metadata and https://developers.facebook.com/docs/facebook-login/guides/advanced/oidc-token say. */
  facebook: {
    settings: {
      scopes: ["openid", "email", "public_profile"],
      claims: { openid: ["sub"], email: ["email"], public_profile: ["name"] },
    },
    client: { token_endpoint_auth_method: "client_secret_post" },
    claims: ({ sub, name, email }) => ({ sub, name, email: sub.startsWith("bez") ? undefined : email }),
    metadata: ({ issuer, authorization_endpoint, jwks_uri, claims_supported }) => ({
      issuer,
      authorization_endpoint,
      jwks_uri,
      claims_supported,
      response_types_supported: ["id_token", "token id_token"],
      subject_types_supported: ["pairwise"],
      id_token_signing_alg_values_supported: ["RS256"],
    }),
  },
};

/**
 * `callback`: where its one client takes people back. Of whoever's login begins with `unproven` the usual one does not vouch for the
 * address. `signer`: whose key signs the secret of Apple's clients.
 */
export async function elsewhere(callback, kind = "usual", signer = undefined) {
  const { settings = {}, client: registered = {}, claims = (all) => all, metadata, form, secret } = KINDS[kind];
  const issuer = `http://127.0.0.1:${await freePort()}`;
  const client = { id: "svetu", secret: randomBytes(32).toString("base64url") };
  const provider = new Provider(issuer, {
    clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [callback], ...registered }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    cookies: { keys: [randomBytes(32).toString("base64url")] },
    // Both of the others say in the ID token whom it is about.
    conformIdTokenClaims: kind === "usual",
    ...settings,
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: () =>
        claims({
          sub,
          name: "Jelena Drugde",
          email: `${sub}@example.com`,
          email_verified: !sub.startsWith("unproven"),
        }),
    }),
  });
  provider.use(async (ctx, next) => {
    if (secret && ctx.method === "POST" && ctx.path === "/token") {
      const asked = new URLSearchParams(await text(ctx.req));
      const right = secret(asked.get("client_secret"), { issuer, signer });
      asked.set("client_secret", right ? client.secret : "wrong");
      ctx.req.body = asked.toString();
    }
    await next();
    if (metadata && ctx.path === METADATA) ctx.body = metadata(ctx.body);
    if (form && typeof ctx.body === "string" && ctx.body.includes('name="code"')) ctx.body = form(ctx.body);
  });
  const server = provider.listen(Number(new URL(issuer).port), "127.0.0.1");
  await once(server, "listening");
  return {
    issuer,
    client,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** At the provider: says who one is there and agrees. */
export async function enterElsewhere(page, login) {
  await page.locator("input[name=login]").fill(login);
  await page.locator("input[name=password]").fill("any");
  await page.locator("button[type=submit]").click();
  await page.getByRole("button", { name: "Continue" }).click();
}
