import type { Listing } from "@svetu/api-client/types";
import { href, type Locale } from "@svetu/i18n/locales";
import { buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { Phone } from "lucide-react";
import { getTranslations } from "next-intl/server";
import { listingPath } from "@/seo/links";
import { ContactReveal } from "./contact";
import { contactLabels } from "./labels";

/** The way to the seller: a number for people who signed in; others are sent to sign in and come back here. */
export async function ContactBlock(props: { locale: Locale; listing: Listing; signedIn: boolean }) {
  const { locale, listing, signedIn } = props;
  const t = await getTranslations("listing");
  if (!listing.contact.show_phone) {
    return <p className="rounded-card bg-surface px-4 py-3 text-sm text-quiet">{t("contact.hidden")}</p>;
  }
  if (signedIn) return <ContactReveal id={listing.id} locale={locale} labels={await contactLabels()} />;
  const back = href(locale, listingPath(listing.id, listing.title));
  return (
    <div className="no-print flex flex-col gap-2">
      <Link
        href={href(locale, `/sign-in?next=${encodeURIComponent(back)}`)}
        className={buttonClass("primary", "large", "w-full")}
      >
        <Phone aria-hidden className="size-5" />
        {t("contact.signIn")}
      </Link>
      <p className="text-sm text-quiet">{t("contact.why")}</p>
    </div>
  );
}
