// Puts the static files beside the standalone server: after this `.next/standalone` is the whole site.
import { copyFileSync, cpSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

const site = fileURLToPath(new URL("..", import.meta.url));
cpSync(`${site}public`, `${site}.next/standalone/apps/site/public`, { recursive: true });
cpSync(`${site}.next/static`, `${site}.next/standalone/apps/site/.next/static`, { recursive: true });

// What every page loads is compressed once, as small as it gets; server/static.mjs serves it.
const assets = `${site}.next/standalone/apps/site/.next/static`;
for (const name of readdirSync(assets, { recursive: true }).filter((file) => /\.(js|css)$/.test(file))) {
  const source = readFileSync(join(assets, name));
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: source.length,
  };
  writeFileSync(join(assets, `${name}.br`), brotliCompressSync(source, { params }));
}
for (const name of ["static.mjs", "status.mjs"]) {
  copyFileSync(`${site}server/${name}`, `${site}.next/standalone/apps/site/${name}`);
}

// Next.js calls every loopback address `localhost` in some places and not in others, so behind HOSTNAME=127.0.0.1 a rewrite
// looks like another server's. It is given the name, which still means 127.0.0.1.
const server = `${site}.next/standalone/apps/site/server.js`;
const asked = "const hostname = process.env.HOSTNAME || '0.0.0.0'";
const source = readFileSync(server, "utf8");
if (!source.includes(asked)) throw new Error("the standalone server reads its address in another way than expected");
const named = `import './static.mjs'
import './status.mjs'
require('node:dns').setDefaultResultOrder('ipv4first')
const hostname = process.env.HOSTNAME === '127.0.0.1' ? 'localhost' : process.env.HOSTNAME || '0.0.0.0'`;
writeFileSync(server, source.replace(asked, named));
