import "server-only";

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Listing } from "@svetu/api-client/types";
import type { Locale } from "@svetu/i18n/locales";
import { getTranslations } from "next-intl/server";
import { ImageResponse } from "next/og";
import { env } from "@/env";
import { priceText } from "@/listing/price";

const SIZE = { width: 1200, height: 630 };
const PHOTO_WIDTH_MIN = 640;
const PHOTO_BYTES_MAX = 2_000_000;
const PHOTO_MS_MAX = 3000;
/** The light tokens of packages/ui: a shared picture has no dark edition. */
const colour = { ground: "#ffffff", ink: "#1d1a20", quiet: "#645d6b", accent: "#7a1f5c", onAccent: "#ffffff" };

/** Cut as the font comes: a text in either script needs several. */
const SUBSETS = ["latin", "latin-ext", "cyrillic", "cyrillic-ext"];
const family = (subset: string) => `Commissioner ${subset}`;
/** The library looks for a letter in one family after the other. */
const FAMILIES = SUBSETS.map(family).join(", ");
const folder = () => join(process.cwd(), "../../node_modules/@fontsource/commissioner/files");
type Fonts = NonNullable<ConstructorParameters<typeof ImageResponse>[1]>["fonts"];
let fonts: Promise<Fonts> | undefined;

function loadFonts(): Promise<Fonts> {
  fonts ??= Promise.all(
    SUBSETS.flatMap((subset) =>
      ([400, 700] as const).map(async (weight) => ({
        name: family(subset),
        weight,
        style: "normal" as const,
        data: await readFile(join(folder(), `commissioner-${subset}-${weight}-normal.woff`)),
      })),
    ),
  );
  return fonts;
}

/** What the bundled font can draw; for other letters the library would ask another server. */
const drawable = (text: string) =>
  text.replace(/[^\p{Script=Latin}\p{Script=Cyrillic}\p{Nd}\p{P}\p{Sc}\p{Zs}+=<>°²³]/gu, "").trim();

function Mark({ size, ground, ink, tick }: { size: number; ground: string; ink: string; tick: string }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size}>
      <path
        fill={ink}
        d="M17.3 2.6a4 4 0 0 1 2.8-1.2h7.4a3.1 3.1 0 0 1 3.1 3.1v7.4a4 4 0 0 1-1.2 2.8L14.7 29.4a4 4 0 0 1-5.7 0L2.6 23a4 4 0 0 1 0-5.7L17.3 2.6Z"
      />
      <circle cx="23.6" cy="8.4" r="2.6" fill={ground} />
      <path
        fill="none"
        stroke={tick}
        strokeWidth="2.4"
        strokeLinecap="round"
        strokeLinejoin="round"
        d="m9.4 18.8 4 4 7.4-8.6"
      />
    </svg>
  );
}

const options = async (maxAgeS: number) => ({
  ...SIZE,
  fonts: await loadFonts(),
  headers: { "cache-control": `public, max-age=${maxAgeS}` },
});

/** The picture of the site itself. */
export async function sitePicture(locale: Locale): Promise<Response> {
  const [site, app] = await Promise.all([
    getTranslations({ locale, namespace: "site" }),
    getTranslations({ locale, namespace: "app" }),
  ]);
  return new ImageResponse(
    <div
      style={{
        ...{ width: "100%", height: "100%", display: "flex", flexDirection: "column", justifyContent: "center" },
        ...{ padding: 96, background: colour.accent, color: colour.onAccent, fontFamily: FAMILIES },
      }}
    >
      <Mark size={168} ground={colour.accent} ink={colour.onAccent} tick={colour.accent} />
      <div style={{ fontSize: 120, fontWeight: 700, marginTop: 40, letterSpacing: -3 }}>{site("name")}</div>
      <div style={{ fontSize: 48, marginTop: 8 }}>{app("slogan")}</div>
    </div>,
    await options(86_400),
  );
}

async function photo(listing: Listing): Promise<string | undefined> {
  const cover = listing.pictures[0];
  if (!cover) return undefined;
  const width = cover.widths.find((one) => one >= PHOTO_WIDTH_MIN) ?? cover.widths.at(-1);
  try {
    const answer = await fetch(new URL(`${cover.base_url}/${width}.jpg`, env.apiUrl()), {
      signal: AbortSignal.timeout(PHOTO_MS_MAX),
    });
    const bytes = answer.ok ? Buffer.from(await answer.arrayBuffer()) : undefined;
    return bytes && bytes.length <= PHOTO_BYTES_MAX ? `data:image/jpeg;base64,${bytes.toString("base64")}` : undefined;
  } catch {
    return undefined;
  }
}

/** The picture of an ad: its photo, price, title and place. */
export async function listingPicture(locale: Locale, listing: Listing): Promise<Response> {
  const [site, price, cover] = await Promise.all([
    getTranslations({ locale, namespace: "site" }),
    getTranslations({ locale, namespace: "price" }),
    photo(listing),
  ]);
  const words = { agreement: price("agreement"), free: price("free"), contact: price("contact") };
  return new ImageResponse(
    <div
      style={{
        ...{ width: "100%", height: "100%", display: "flex", background: colour.ground, color: colour.ink },
        fontFamily: FAMILIES,
      }}
    >
      {cover ? (
        <img src={cover} alt="" width={720} height={630} style={{ objectFit: "cover" }} />
      ) : (
        <div style={{ display: "flex", width: 24, height: "100%", background: colour.accent }} />
      )}
      <div style={{ display: "flex", flexDirection: "column", flex: 1, padding: 48, justifyContent: "space-between" }}>
        <div style={{ display: "flex", flexDirection: "column" }}>
          <div style={{ fontSize: cover ? 56 : 88, fontWeight: 700, lineHeight: 1.1 }}>
            {drawable(priceText(locale, listing.price, words))}
          </div>
          <div style={{ fontSize: cover ? 38 : 56, lineHeight: 1.25, marginTop: 20, lineClamp: 5, display: "block" }}>
            {drawable(listing.title)}
          </div>
          {listing.place && (
            <div style={{ fontSize: 30, color: colour.quiet, marginTop: 20 }}>{drawable(listing.place.name)}</div>
          )}
        </div>
        <div style={{ display: "flex", alignItems: "center" }}>
          <Mark size={52} ground={colour.ground} ink={colour.accent} tick={colour.onAccent} />
          <div style={{ fontSize: 36, fontWeight: 700, marginLeft: 16 }}>{site("name")}</div>
        </div>
      </div>
    </div>,
    await options(3600),
  );
}
