// Puts the static files beside the standalone server: after this `.next/standalone` is the whole site.
import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";

const site = fileURLToPath(new URL("..", import.meta.url));
cpSync(`${site}public`, `${site}.next/standalone/apps/site/public`, { recursive: true });
cpSync(`${site}.next/static`, `${site}.next/standalone/apps/site/.next/static`, { recursive: true });
