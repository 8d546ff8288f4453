// Writes src/schema.d.ts from openapi/svetu.json. With --check it only says whether the written one is stale.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const source = new URL("../../../../openapi/svetu.json", import.meta.url);
const target = new URL("../src/schema.d.ts", import.meta.url);
const check = process.argv.includes("--check");

if (!existsSync(source)) {
  // Before the API describes itself there is nothing to be stale against.
  if (check && !existsSync(target)) process.exit(0);
  process.stderr.write(`${fileURLToPath(source)} does not exist: run \`svetu openapi\`\n`);
  process.exit(1);
}
const text = `${astToString(await openapiTS(source)).trim()}\n`;
if (!check) writeFileSync(target, text);
else if (!existsSync(target) || readFileSync(target, "utf8") !== text) {
  process.stderr.write("the API client is stale: run `npm run generate`\n");
  process.exit(1);
}
