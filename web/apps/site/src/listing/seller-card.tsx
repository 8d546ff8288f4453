import type { SellerView } from "@svetu/api-client/types";
import { formatDate } from "@svetu/i18n/format";
import { href, type Locale } from "@svetu/i18n/locales";
import { Avatar } from "@svetu/ui/avatar";
import { Link } from "@svetu/ui/link";
import { ChevronRight } from "lucide-react";
import { getTranslations } from "next-intl/server";

export async function SellerCard({ locale, seller }: { locale: Locale; seller: SellerView }) {
  const t = await getTranslations("listing");
  return (
    <section aria-labelledby="seller" className="border-t border-line pt-5">
      <h2 id="seller" className="sr-only">
        {t("seller.title")}
      </h2>
      <Link
        href={href(locale, `/sellers/${seller.id}`)}
        className="-m-2 flex items-center gap-3 rounded-card p-2 hover:bg-surface"
      >
        <Avatar name={seller.name} />
        <span className="min-w-0 grow">
          <span className="block truncate font-[600]">{seller.name}</span>
          <span className="block text-sm text-quiet">{t(`seller.${seller.kind}`)}</span>
          <span className="block text-sm text-quiet">
            {t("seller.since", { date: formatDate(locale, seller.since) })}
          </span>
          {seller.live_count > 1 && (
            <span className="mt-1 block text-sm text-accent">{t("seller.all", { count: seller.live_count })}</span>
          )}
        </span>
        <ChevronRight aria-hidden className="size-5 shrink-0 text-quiet" />
      </Link>
    </section>
  );
}
