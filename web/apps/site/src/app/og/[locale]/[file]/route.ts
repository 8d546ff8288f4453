import { isLocale } from "@svetu/i18n/locales";
import { orNull, publicListing } from "@/api/server";
import { listingPicture, sitePicture } from "@/seo/picture";

const FILE = /^(site|listing_[0-9a-z]+)\.png$/;
/** Drawing takes a processor a third of a second: more at once are told to come back. */
const DRAWN_AT_ONCE_MAX = 4;
let drawing = 0;

/** Pictures for shared links: `/og/{language}/site.png`, `/og/{language}/{listing}.png`. */
export async function GET(
  _: Request,
  { params }: { params: Promise<{ locale: string; file: string }> },
): Promise<Response> {
  const { locale, file } = await params;
  const subject = FILE.exec(file)?.[1];
  if (!isLocale(locale) || !subject) return new Response(null, { status: 404 });
  if (drawing >= DRAWN_AT_ONCE_MAX) return new Response(null, { status: 503, headers: { "retry-after": "2" } });
  drawing += 1;
  try {
    if (subject === "site") return await whole(sitePicture(locale));
    const listing = await orNull(publicListing(locale, subject), 403, 404, 410);
    return listing ? await whole(listingPicture(locale, listing)) : new Response(null, { status: 404 });
  } finally {
    drawing -= 1;
  }
}

/** Waits for the drawing itself, which the library does while the answer is read. */
async function whole(drawn: Promise<Response>): Promise<Response> {
  const answer = await drawn;
  return new Response(await answer.arrayBuffer(), { headers: answer.headers });
}
