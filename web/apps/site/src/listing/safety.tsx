import { href, type Locale } from "@svetu/i18n/locales";
import { Link } from "@svetu/ui/link";
import { ShieldCheck } from "lucide-react";
import { getTranslations } from "next-intl/server";

export async function SafetyAdvice({ locale }: { locale: Locale }) {
  const t = await getTranslations("listing");
  return (
    <section aria-labelledby="safety" className="no-print border-t border-line pt-5">
      <h2 id="safety" className="flex items-center gap-2 text-base">
        <ShieldCheck aria-hidden className="size-5 text-good" />
        {t("safety.title")}
      </h2>
      <ul className="mt-2 flex list-disc flex-col gap-1 pl-5 text-sm text-quiet">
        {(["look", "advance", "links"] as const).map((advice) => (
          <li key={advice}>{t(`safety.${advice}`)}</li>
        ))}
      </ul>
      <Link
        href={href(locale, "/safety")}
        className="mt-1 inline-flex min-h-8 items-center text-sm text-accent hover:underline"
      >
        {t("safety.more")}
      </Link>
    </section>
  );
}
