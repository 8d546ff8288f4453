import type { Card, KeptListing, Page } from "@svetu/api-client/types";
import { href, type Locale } from "@svetu/i18n/locales";
import { Link } from "@svetu/ui/link";
import { getTranslations } from "next-intl/server";
import { favouriteIds, get, me, orNull } from "@/api/server";
import { CardItems } from "./card";

const SHOWN = 8;

const cardOf = (listing: KeptListing): Card => ({
  ...listing,
  attributes: [],
  category: { ...listing.category, name: "" },
});

/** What a signed-in person looked at last and can still have. */
export async function ViewedStrip({ locale }: { locale: Locale }) {
  if (!(await me(locale))) return null;
  const [t, kept, answer] = await Promise.all([
    getTranslations("home"),
    favouriteIds(locale),
    orNull(
      get<Page<{ listing: KeptListing }>>(locale, "/marketplace/viewed", { limit: SHOWN }),
      ...[0, 401, 403, 404, 429, 500, 503],
    ),
  ]);
  const cards = (answer?.items ?? [])
    .map(({ listing }) => cardOf(listing))
    .filter(({ state }) => state === "live" || state === "reserved");
  if (cards.length === 0) return null;
  return (
    <section className="mt-10" aria-labelledby="viewed">
      <div className="flex items-baseline justify-between gap-4">
        <h2 id="viewed" className="text-xl">
          {t("viewed")}
        </h2>
        <Link
          href={href(locale, "/account/viewed")}
          className="inline-flex min-h-6 items-center text-sm text-accent hover:underline"
        >
          {t("viewedAll")}
        </Link>
      </div>
      <ul className="no-scrollbar -mx-4 mt-4 flex snap-x scroll-px-4 gap-3 overflow-x-auto px-4 pb-1 lg:mx-0 lg:px-0 [&>li]:w-40 [&>li]:shrink-0 [&>li]:snap-start lg:[&>li]:w-52">
        <CardItems locale={locale} cards={cards} kept={kept} />
      </ul>
    </section>
  );
}
