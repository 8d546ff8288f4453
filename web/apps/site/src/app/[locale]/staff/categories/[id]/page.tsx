import type { Category } from "@svetu/api-client/types";
import type { Locale } from "@svetu/i18n/locales";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound } from "next/navigation";
import { get, orNull } from "@/api/server";
import { ClientMessages } from "@/i18n/client-messages";
import { pageLocale } from "@/i18n/page-locale";
import { Breadcrumbs } from "@/seo/breadcrumbs";
import { staff } from "@/staff/access";
import { AttributeUses } from "@/staff/attribute-uses";
import { CategoryForm } from "@/staff/category-form";
import { EDITED_LOCALES, type Names } from "@/staff/names";

interface Props {
  params: Promise<{ locale: string; id: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("staff");
  return { title: t("rooms.categories") };
}

// As the operator: only then the forbidden words come along.
const readCategory = (locale: Locale, id: string) =>
  get<Category>(locale, `/marketplace/categories/${encodeURIComponent(id)}`, { lang: locale });

/** One category: its names, term and forbidden words; its attributes, their names and flags. */
export default async function CategoryPage({ params }: Props) {
  const locale = await pageLocale(params);
  const { id } = await params;
  await staff(locale, "categories", `/staff/categories/${encodeURIComponent(id)}`);
  const [t, category, ...versions] = await Promise.all([
    getTranslations("staff.categories"),
    orNull(readCategory(locale, id), 404),
    ...EDITED_LOCALES.map((each) => orNull(readCategory(each, id), 404)),
  ]);
  if (!category || versions.some((version) => version === null)) notFound();
  const inherited = category.parent ? (await readCategory(locale, category.parent)).attributes : [];
  const names = (pick: (version: Category) => string | undefined): Names => {
    const [sr, ru, en] = versions.map((version) => (version ? (pick(version) ?? "") : ""));
    return { sr: sr ?? "", ru: ru ?? "", en: en ?? "" };
  };
  const own = category.attributes.filter(
    (attribute) => !inherited.some((above) => above.key === attribute.key && sameFlags(above, attribute)),
  );
  const attributeNames = Object.fromEntries(
    own.map(({ key }) => [key, names(({ attributes }) => attributes.find((one) => one.key === key)?.name)]),
  );
  return (
    <>
      <Breadcrumbs
        locale={locale}
        label={t("path")}
        crumbs={[
          { name: t("title"), path: "/staff/categories" },
          ...category.path.map((step) => ({ name: step.name, path: `/staff/categories/${step.id}` })),
        ]}
      />
      <h1 className="text-xl font-[700]">{category.name}</h1>
      <ClientMessages namespaces={["staff"]}>
        <CategoryForm category={category} names={names(({ name }) => name)} />
        <AttributeUses
          key={category.id}
          category={category.id}
          own={own}
          inherited={inherited.filter(({ key }) => !own.some((one) => one.key === key))}
          names={attributeNames}
        />
      </ClientMessages>
    </>
  );
}

const FLAGS = ["required", "searchable", "filterable", "card", "variant"] as const;

function sameFlags(a: Record<(typeof FLAGS)[number], boolean>, b: Record<(typeof FLAGS)[number], boolean>): boolean {
  return FLAGS.every((flag) => a[flag] === b[flag]);
}
