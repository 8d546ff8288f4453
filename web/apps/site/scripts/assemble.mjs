// Puts the static files beside the standalone server: after this `.next/standalone` is the whole site.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const site = fileURLToPath(new URL("..", import.meta.url));
cpSync(`${site}public`, `${site}.next/standalone/apps/site/public`, { recursive: true });
cpSync(`${site}.next/static`, `${site}.next/standalone/apps/site/.next/static`, { recursive: true });

// Next.js calls every loopback address `localhost` in some places and not in others, so behind HOSTNAME=127.0.0.1 a rewrite
// looks like another server's. It is given the name, which still means 127.0.0.1.
const server = `${site}.next/standalone/apps/site/server.js`;
const asked = "const hostname = process.env.HOSTNAME || '0.0.0.0'";
const source = readFileSync(server, "utf8");
if (!source.includes(asked)) throw new Error("the standalone server reads its address in another way than expected");
const named = `require('node:dns').setDefaultResultOrder('ipv4first')
const hostname = process.env.HOSTNAME === '127.0.0.1' ? 'localhost' : process.env.HOSTNAME || '0.0.0.0'`;
writeFileSync(server, source.replace(asked, named));
