import type { FactorReset } from "@svetu/api-client/types";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { PageHeading } from "@/account/heading";
import { get } from "@/api/server";
import { pageLocale } from "@/i18n/page-locale";
import { staff } from "@/staff/access";
import { findPeople } from "@/staff/actions";
import { PeopleSearch } from "@/staff/people-search";
import { ResetCard } from "@/staff/reset-card";
import { Told } from "@/staff/told";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<{ done?: string | string[] }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("staff");
  return { title: t("rooms.people") };
}

/** Finds a person, and what waits for a second pair of eyes. */
export default async function People({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const [viewer, { done }] = await Promise.all([staff(locale, "people"), searchParams]);
  const [t, resets] = await Promise.all([
    getTranslations("office"),
    get<{ items: FactorReset[] }>(locale, "/identity/factor-resets"),
  ]);
  return (
    <div className="max-w-3xl">
      <Told done={done} />
      <PageHeading title={t("people.title")} lead={t("people.lead")} />
      <PeopleSearch
        action={findPeople}
        locale={locale}
        labels={{ search: t("people.search"), find: t("people.find") }}
      />
      <section aria-labelledby="resets" className="mt-10">
        <h2 id="resets" className="text-lg">
          {t("reset.waiting")}
        </h2>
        <p className="measure mt-1 text-sm text-quiet">{t("reset.lead")}</p>
        {resets.items.length === 0 ? (
          <p className="mt-3 text-base">{t("reset.none")}</p>
        ) : (
          <div className="mt-3 flex flex-col gap-3">
            {resets.items.map((reset) => (
              <ResetCard
                key={reset.id}
                locale={locale}
                reset={reset}
                viewer={viewer.account_id}
                approves={viewer.roles.includes("operator")}
              />
            ))}
          </div>
        )}
      </section>
    </div>
  );
}
