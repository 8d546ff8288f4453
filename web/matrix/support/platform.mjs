import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const need = (name) => process.env[name] ?? fail(`${name} is not set: scripts/oidc-matrix.sh starts the platform`);
const fail = (text) => {
  throw new Error(text);
};

export const issuer = need("SVETU_URL").replace(/\/$/, "");
const folder = mkdtempSync(join(tmpdir(), "svetu-matrix-"));

/** Registers a client as an operator does. Answers its id and secret. */
export async function register(name, options) {
  const svetu = [need("SVETU_BIN"), "--state", need("SVETU_STATE"), "identity", "client", "add", name];
  const { jwks, ...flags } = options;
  for (const [flag, value] of Object.entries(flags)) {
    for (const one of [value].flat()) svetu.push(`--${flag}`, ...(one === true ? [] : [one]));
  }
  if (jwks) {
    const file = join(folder, `${options.id}.json`);
    writeFileSync(file, JSON.stringify(jwks));
    svetu.push("--jwks", file);
  }
  const { stdout } = await promisify(execFile)(svetu[0], svetu.slice(1));
  const of = (word) => stdout.match(new RegExp(`^${word} +(\\S+)`, "m"))?.[1];
  return { id: of("client_id"), secret: of("client_secret") };
}
