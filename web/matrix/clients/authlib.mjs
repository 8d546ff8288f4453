import { fileURLToPath } from "node:url";
import { talk } from "../support/talk.mjs";

export const name = "authlib";

const BACK = "http://127.0.0.1:9/authlib";

export async function run({ issuer, register, person, did }) {
  const { id, secret } = await register("authlib", { id: "authlib", redirect: BACK, "secret-in-form": true });
  const script = fileURLToPath(new URL("../authlib_client.py", import.meta.url));
  const env = { ISSUER: issuer, CLIENT_ID: id, CLIENT_SECRET: secret, REDIRECT: BACK, EMAIL: person.email };
  await talk(process.env.SVETU_MATRIX_PYTHON ?? "python3", [script], env, { person, back: BACK, did });
}
