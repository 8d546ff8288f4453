import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const name = "mod_auth_openidc";

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const modules = ["mpm_event", "authn_core", "authz_core", "authz_user", "headers", "auth_openidc"];

const configuration = (folder, port, issuer, { id, secret }) => `
ServerRoot ${folder}
ServerName 127.0.0.1
PidFile ${folder}/pid
ErrorLog ${folder}/error.log
DefaultRuntimeDir ${folder}
Listen 127.0.0.1:${port}
${modules.map((one) => `LoadModule ${one}_module /usr/lib/apache2/modules/mod_${one}.so`).join("\n")}
User nobody
Group nogroup
DocumentRoot ${folder}
OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration
OIDCClientID ${id}
OIDCClientSecret ${secret}
OIDCRedirectURI http://127.0.0.1:${port}/callback
OIDCDefaultLoggedOutURL http://127.0.0.1:${port}/open
OIDCCryptoPassphrase ${secret}
OIDCPKCEMethod S256
OIDCScope "openid email"
OIDCIDTokenSignedResponseAlg ES256
OIDCRemoteUserClaim email
OIDCSSLValidateServer Off
<Location />
  AuthType openid-connect
  Require valid-user
  Header always set X-Person "expr=%{REMOTE_USER}"
</Location>
<Location /open>
  AuthType None
  Require all granted
</Location>
`;

/** Apache guards a folder: nobody sees it before they signed in. */
export async function run({ issuer, register, person, did }) {
  const folder = mkdtempSync(join(tmpdir(), "svetu-apache-"));
  chmodSync(folder, 0o755);
  const port = await freePort();
  const site = `http://127.0.0.1:${port}`;
  const client = await register("mod_auth_openidc", {
    id: "apache",
    redirect: `${site}/callback`,
    "post-logout-redirect": `${site}/open`,
  });
  writeFileSync(join(folder, "apache.conf"), configuration(folder, port, issuer, client));
  writeFileSync(join(folder, "index.html"), "the inside\n");
  writeFileSync(join(folder, "open"), "the outside\n");
  const apache = spawn("/usr/sbin/apache2", ["-f", join(folder, "apache.conf"), "-DFOREGROUND"], { stdio: "inherit" });
  try {
    for (let tries = 0; ; tries += 1) {
      const up = await fetch(`${site}/open`).then(
        (answer) => answer.ok,
        () => false,
      );
      if (up) break;
      if (tries > 100) throw new Error(`Apache did not start: ${readFileSync(join(folder, "error.log"), "utf8")}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const page = await person.follow(`${site}/index.html`, null);
    assert.equal(page.text, "the inside\n", `${page.status} ${readFileSync(join(folder, "error.log"), "utf8")}`);
    did("code + PKCE, userinfo, a guarded folder");
    const gone = await person.follow(`${site}/callback?logout=${encodeURIComponent(`${site}/open`)}`, null);
    assert.equal(gone.text, "the outside\n");
    did("logout");
  } finally {
    apache.kill("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  }
}
