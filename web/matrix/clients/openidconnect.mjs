import { talk } from "../support/talk.mjs";

export const name = "openidconnect (Rust)";

const BACK = "http://127.0.0.1:9/rust";

export async function run({ issuer, register, person, did }) {
  const { id, secret } = await register("openidconnect", { id: "rust", redirect: BACK });
  const env = { ISSUER: issuer, CLIENT_ID: id, CLIENT_SECRET: secret, REDIRECT: BACK, EMAIL: person.email };
  await talk(process.env.SVETU_MATRIX_RUST, [], env, { person, back: BACK, did });
}
