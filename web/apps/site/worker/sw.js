// The service worker. scripts/prepare.mjs writes it to public/sw.js with the version of the sources in it.
// What may be kept: the offline pages (fetched as a visitor), scripts and styles (public, named by their content), the ads
// that were opened on this device and their photos. No other answer is kept; signing out forgets the ads.
// What another app shares becomes a draft, which the wizard goes on with.
/* global __VERSION__ */
const SHELL = `svetu-shell-${__VERSION__}`;
const SEEN = "svetu-seen";
const PHOTOS = "svetu-photos";
const SEEN_MAX = 30;
const PHOTOS_MAX = 150;
const FRESH_MS = 3_600_000;
const SLOW_MS = 8000;

const PREFIXES = ["", "/sr-cyrl", "/ru", "/en"];
const LISTING = /^(?:\/sr-cyrl|\/ru|\/en)?\/listings\/listing_[0-9a-z]+(?:\/|$)/;
const SIGN_OUT = /^\/session\/end$/;
const SHARE = /^(?:\/sr-cyrl|\/ru|\/en)?\/post\/share$/;
/** A header of photos, an attribute in pages. */
const STANDING_IN = "svetu-standing-in";
const PHOTO = /^\/media\/.*\.(?:webp|jpg|avif)$/;

const prefixOf = (path) =>
  PREFIXES.find((prefix) => prefix && (path === prefix || path.startsWith(`${prefix}/`))) ?? "";

self.addEventListener("install", (event) => {
  event.waitUntil(prepare().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOldShells().then(() => self.clients.claim()));
});

/** The offline page in each language, as nobody in particular, and what it is drawn with. */
async function prepare() {
  const shell = await caches.open(SHELL);
  const files = new Set();
  for (const prefix of PREFIXES) {
    const url = `${prefix}/offline`;
    const answer = await fetch(url, { credentials: "omit", cache: "reload" });
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    const html = await answer.clone().text();
    for (const [, file] of html.matchAll(/"(\/_next\/static\/[^"\\]+)/g)) files.add(file);
    await shell.put(url, answer);
  }
  await Promise.allSettled([...files].map((file) => shell.add(file)));
}

async function forgetOldShells() {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith("svetu-shell-") && name !== SHELL).map((name) => caches.delete(name)),
  );
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && SIGN_OUT.test(url.pathname)) {
    event.waitUntil(Promise.all([caches.delete(SEEN), caches.delete(PHOTOS)]));
    return;
  }
  if (request.method === "POST" && SHARE.test(url.pathname)) event.respondWith(share(request, prefixOf(url.pathname)));
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(event, request, url));
  else if (url.pathname.startsWith("/_next/static/")) event.respondWith(file(request));
  else if (PHOTO.test(url.pathname)) event.respondWith(photo(event, request));
  else if (request.headers.has("rsc") && LISTING.test(url.pathname)) event.waitUntil(remember(url));
});

async function page(event, request, url) {
  const listing = LISTING.test(url.pathname);
  try {
    const answer = await fetch(request);
    if (listing && answer.ok && !answer.redirected) event.waitUntil(keep(url, answer.clone()));
    return answer;
  } catch {
    const kept = listing ? await caches.match(url.pathname, { cacheName: SEEN }) : undefined;
    return kept ?? (await caches.match(`${prefixOf(url.pathname)}/offline`, { cacheName: SHELL })) ?? Response.error();
  }
}

/** A listing opened from another page arrives in pieces: its whole page is fetched beside, at most once an hour. */
async function remember(url) {
  const kept = await caches.match(url.pathname, { cacheName: SEEN });
  const at = Number(kept?.headers.get("x-kept-at") ?? 0);
  if (Date.now() - at < FRESH_MS) return;
  try {
    const answer = await fetch(url.pathname, { signal: AbortSignal.timeout(SLOW_MS) });
    if (answer.ok && !answer.redirected) await keep(url, answer);
  } catch {
    // Without the network there is nothing to remember.
  }
}

async function keep(url, answer) {
  const headers = new Headers(answer.headers);
  const html = await answer.text();
  // Support looks at it in somebody's place: it is not support's to keep.
  if (html.includes(`data-${STANDING_IN}`)) return;
  headers.set("x-kept-at", String(Date.now()));
  const seen = await caches.open(SEEN);
  await seen.delete(url.pathname);
  await seen.put(url.pathname, new Response(html, { headers }));
  await trim(seen, SEEN_MAX);
}

async function file(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    const shell = await caches.open(SHELL);
    await shell.put(request, answer.clone());
  }
  return answer;
}

/** Photos of ads that were opened: the page that asks is an ad's. */
async function photo(event, request) {
  const kept = await caches.match(request, { cacheName: PHOTOS });
  if (kept) return kept;
  const answer = await fetch(request);
  const client = event.clientId ? await self.clients.get(event.clientId) : undefined;
  if (answer.ok && !answer.headers.has(STANDING_IN) && client && LISTING.test(new URL(client.url).pathname)) {
    const copy = answer.clone();
    event.waitUntil(
      caches.open(PHOTOS).then(async (photos) => {
        await photos.put(request, copy);
        await trim(photos, PHOTOS_MAX);
      }),
    );
  }
  return answer;
}

const LANGUAGES = { "": "sr-Latn", "/sr-cyrl": "sr-Cyrl", "/ru": "ru", "/en": "en" };
const SHARED_PHOTOS_MAX = 20;
const TITLE_LETTERS_MAX = 100;
const EDGE_MAX = 2560;
const SMALL_ENOUGH_BYTES = 1_500_000;
/** An ad's text holds no addresses. */
const ADDRESS = /\bhttps?:\/\/\S+/gi;

async function share(request, prefix) {
  try {
    const form = await request.formData();
    const words = (name) => {
      const value = form.get(name);
      return typeof value === "string" ? value.replace(ADDRESS, "").trim() : "";
    };
    const photos = form.getAll("photos").filter((one) => one instanceof Blob && one.type.startsWith("image/"));
    const media = [];
    for (const photo of photos.slice(0, SHARED_PHOTOS_MAX)) {
      const answer = await fetch("/api/v1/media/uploads", {
        method: "POST",
        headers: { "content-type": "application/octet-stream" },
        body: await smaller(photo),
      });
      if (answer.ok) media.push((await answer.json()).id);
      else if (answer.status === 401) break;
    }
    const description = words("text");
    const title = (words("title") || description.split("\n")[0]).slice(0, TITLE_LETTERS_MAX);
    if (title || description || media.length > 0) {
      await fetch("/api/v1/marketplace/listings", {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
        body: JSON.stringify({ title, description, media, language: LANGUAGES[prefix] }),
      });
    }
  } catch {
    // The wizard opens all the same; who is not signed in is led to signing in by it.
  }
  return Response.redirect(`${prefix}/post`, 303);
}

async function smaller(photo) {
  if (photo.size <= SMALL_ENOUGH_BYTES) return photo;
  try {
    const bitmap = await createImageBitmap(photo);
    const scale = Math.min(1, EDGE_MAX / Math.max(bitmap.width, bitmap.height));
    const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
    return blob.size < photo.size ? blob : photo;
  } catch {
    return photo;
  }
}

/** Keys come back in the order they were put: the oldest go first. */
async function trim(cache, max) {
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - max)).map((key) => cache.delete(key)));
}
