// A second provider: node's certified `oidc-provider`, whose people are whoever they say, with `<login>@example.com` for an address.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
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

/** `callback`: where its one client takes people back. Of whoever's login begins with `unproven` it does not vouch for the address. */
export async function elsewhere(callback) {
  const issuer = `http://127.0.0.1:${await freePort()}`;
  const client = { id: "svetu", secret: randomBytes(32).toString("base64url") };
  const provider = new Provider(issuer, {
    clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [callback] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    cookies: { keys: [randomBytes(32).toString("base64url")] },
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: () => ({
        sub,
        name: "Jelena Drugde",
        email: `${sub}@example.com`,
        email_verified: !sub.startsWith("unproven"),
      }),
    }),
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
