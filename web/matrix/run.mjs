// Real clients against the platform at $SVETU_URL: `make oidc-matrix`. With names as arguments only those.
import { readdirSync } from "node:fs";
import { Person } from "./support/person.mjs";
import { issuer, register } from "./support/platform.mjs";

const wanted = process.argv.slice(2);
const files = readdirSync(new URL("./clients/", import.meta.url)).sort();
let passed = 0;
for (const file of files) {
  const { name, run } = await import(`./clients/${file}`);
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const did = (what) => console.log(`  ${name.padEnd(20)} ${what}`);
  const person = await new Person(issuer, "kupac@example.com", "svetu-demo-lozinka").signIn();
  try {
    await run({ issuer, register, person, did });
  } catch (error) {
    console.error(`oidc-matrix: ${name} failed`);
    console.error(error.cause ?? error);
    console.error(error);
    process.exit(1);
  }
  passed += 1;
}
if (passed === 0) {
  console.error("oidc-matrix: no client ran");
  process.exit(1);
}
console.log(`oidc-matrix: ${passed} clients passed`);
