// Serves scripts and styles that the build compressed ahead, as small as Brotli makes them: too slow a work for every request.
import { createReadStream, readdirSync, statSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".next/static", import.meta.url));
const TYPES = { ".js": "application/javascript; charset=UTF-8", ".css": "text/css; charset=UTF-8" };

/** Address → file; nothing else of the disk can be asked for. */
const files = new Map();
for (const entry of readdirSync(folder, { recursive: true })) {
  const name = /^(.+(\.js|\.css))\.br$/.exec(entry);
  if (!name) continue;
  const path = join(folder, entry);
  // As it stands in an address: a page's folder may be `[locale]`.
  const address = name[1].split("/").map(encodeURIComponent).join("/");
  files.set(`/_next/static/${address}`, { path, size: statSync(path).size, type: TYPES[name[2]] });
}

function serve(request, response) {
  if (request.method !== "GET" && request.method !== "HEAD") return false;
  const file = files.get(request.url.split("?", 1)[0]);
  if (!file || !/\bbr\b/.test(request.headers["accept-encoding"] ?? "")) return false;
  response.writeHead(200, {
    "content-type": file.type,
    "content-encoding": "br",
    "content-length": file.size,
    "cache-control": "public, max-age=31536000, immutable",
    vary: "accept-encoding",
  });
  if (request.method === "HEAD") response.end();
  else
    createReadStream(file.path)
      .on("error", (error) => response.destroy(error))
      .pipe(response);
  return true;
}

const create = http.createServer;
http.createServer = (...given) =>
  create(
    ...given.map((one) =>
      typeof one === "function" ? (request, response) => serve(request, response) || one(request, response) : one,
    ),
  );
