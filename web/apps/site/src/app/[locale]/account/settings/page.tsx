import type { OwnSeller } from "@svetu/api-client/types";
import { href, localeNames, locales } from "@svetu/i18n/locales";
import { Link } from "@svetu/ui/link";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { member } from "@/account/access";
import { saveLetters, saveLook, saveProfile } from "@/account/actions";
import { PageHeading } from "@/account/heading";
import { OutcomeNotice } from "@/account/outcome";
import { get, orNull } from "@/api/server";
import { ActionForm } from "@/auth/form";
import { formLabels } from "@/auth/frame";
import { pageLocale } from "@/i18n/page-locale";
import { alternates } from "@/seo/links";
import { chosenTheme } from "@/site/footer";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<{ done?: string | string[] }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const locale = await pageLocale(params);
  const t = await getTranslations("account");
  return { title: t("settings.title"), alternates: alternates(locale, "/account/settings") };
}

export default async function Settings({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const person = await member(locale);
  const [t, labels, seller, theme, { done }] = await Promise.all([
    getTranslations("account"),
    formLabels(),
    // A seller's page follows the account by an event: right after signing up it may not be there yet.
    orNull(get<OwnSeller>(locale, "/marketplace/sellers/me"), 404),
    chosenTheme(),
    searchParams,
  ]);
  const themes = (["system", "light", "dark"] as const).map((value) => ({
    value,
    text: t(`settings.themes.${value}`),
  }));
  const shared = { hidden: { locale }, labels, submit: t("save"), saved: t("outcome.saved") };
  return (
    <div className="max-w-2xl">
      <OutcomeNotice done={done} />
      <PageHeading title={t("settings.title")} />
      <Part id="profile" title={t("settings.profile")} lead={t("settings.profileLead")}>
        <ActionForm
          {...shared}
          action={saveProfile}
          prefix="profile-"
          fields={[
            {
              name: "display_name",
              kind: "text",
              label: t("settings.name"),
              initial: person.display_name,
              autoComplete: "name",
              minLength: 2,
              maxLength: 60,
            },
            {
              name: "about",
              kind: "textarea",
              label: t("settings.about"),
              help: t("settings.aboutHelp"),
              initial: seller?.about ?? "",
              optional: true,
              maxLength: 1000,
            },
          ]}
        />
      </Part>
      <Part id="look" title={t("settings.look")} lead={t("settings.lookLead")}>
        <ActionForm
          {...shared}
          action={saveLook}
          prefix="look-"
          fields={[
            {
              name: "language",
              kind: "select",
              label: t("settings.language"),
              initial: person.language,
              options: locales.map((value) => ({ value, text: localeNames[value], lang: value })),
            },
            {
              name: "theme",
              kind: "select",
              label: t("settings.theme"),
              initial: person.theme ?? theme,
              options: themes,
            },
          ]}
        />
      </Part>
      {seller && (
        <Part id="letters" title={t("settings.letters")} lead={t("settings.lettersLead")}>
          <ActionForm
            {...shared}
            action={saveLetters}
            prefix="letters-"
            fields={[
              {
                name: "price_mail",
                kind: "checkbox",
                label: t("settings.priceMail"),
                initial: seller.price_mail ? "on" : "",
              },
            ]}
          />
          <p className="mt-4 text-base">
            <Link href={href(locale, "/account/searches")} className="inline-block min-h-6 text-accent hover:underline">
              {t("settings.searches")}
            </Link>
          </p>
        </Part>
      )}
    </div>
  );
}

function Part(props: { id: string; title: string; lead: string; children: ReactNode }) {
  return (
    <section aria-labelledby={props.id} className="border-t border-line py-6 first-of-type:border-0 first-of-type:pt-0">
      <h2 id={props.id} className="text-lg">
        {props.title}
      </h2>
      <p className="measure mt-1 mb-4 text-sm text-quiet">{props.lead}</p>
      {props.children}
    </section>
  );
}
