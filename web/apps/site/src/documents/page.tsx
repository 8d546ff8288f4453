import { href, type Locale } from "@svetu/i18n/locales";
import { Link } from "@svetu/ui/link";
import { ChevronRight } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { pageLocale } from "@/i18n/page-locale";
import { Breadcrumbs } from "@/seo/breadcrumbs";
import { alternates } from "@/seo/links";
import { shared } from "@/seo/shared";
import { type DocumentName, documentNames, readDocument } from "./read";

interface Props {
  params: Promise<{ locale: string }>;
}

const CONTENTS_MIN = 4;

/** A page of text and its metadata, made from a document of `packages/i18n/documents`. */
export function documentPage(name: DocumentName) {
  async function generateMetadata({ params }: Props): Promise<Metadata> {
    const locale = await pageLocale(params);
    const { title, description } = await readDocument(locale, name);
    return {
      title,
      description,
      alternates: alternates(locale, `/${name}`),
      ...(await shared(locale, { title, description, path: `/${name}` })),
    };
  }

  async function DocumentPage({ params }: Props) {
    const locale = await pageLocale(params);
    const [t, document] = await Promise.all([getTranslations("document"), readDocument(locale, name)]);
    const contents = document.sections.length >= CONTENTS_MIN;
    return (
      <div className="container-page pt-4 lg:pt-8">
        <Breadcrumbs
          locale={locale}
          label={t("crumbs")}
          crumbs={[
            { name: t("crumb"), path: "/" },
            { name: document.title, path: `/${name}` },
          ]}
        />
        <div className="lg:grid lg:grid-cols-[minmax(0,1fr)_16rem] lg:gap-12">
          <article className="min-w-0">
            <h1 className="measure text-2xl font-[700] tracking-tight">{document.title}</h1>
            <p className="measure mt-3 text-base text-quiet lg:text-lg">{document.lead}</p>
            {document.sections.map((section, i) => (
              <section key={section.title} aria-labelledby={`part-${i + 1}`} className="mt-10">
                <h2 id={`part-${i + 1}`} className="measure scroll-mt-24 text-xl">
                  {section.title}
                </h2>
                {section.blocks.map((block) =>
                  typeof block === "string" ? (
                    <p key={block} className="measure mt-3 text-base">
                      {block}
                    </p>
                  ) : (
                    <ul key={block[0]} className="measure mt-3 list-disc space-y-2 pl-5 text-base marker:text-quiet">
                      {block.map((item) => (
                        <li key={item}>{item}</li>
                      ))}
                    </ul>
                  ),
                )}
                {section.link && (
                  <Link
                    href={href(locale, section.link.href)}
                    className="mt-3 inline-flex min-h-9 items-center gap-1 text-base text-accent hover:underline"
                  >
                    {section.link.text}
                    <ChevronRight aria-hidden className="size-4" />
                  </Link>
                )}
              </section>
            ))}
          </article>
          <aside className="no-print mt-12 lg:mt-2">
            <div className="flex flex-col gap-8 lg:sticky lg:top-28">
              {contents && (
                <nav aria-labelledby="contents" className="max-lg:hidden">
                  <h2 id="contents" className="text-sm font-[600]">
                    {t("contents")}
                  </h2>
                  <ol className="mt-2 border-l border-line">
                    {document.sections.map((section, i) => (
                      <li key={section.title}>
                        <a
                          href={`#part-${i + 1}`}
                          className="flex min-h-8 items-center py-1 pl-4 text-sm text-quiet hover:text-ink hover:underline"
                        >
                          {section.title}
                        </a>
                      </li>
                    ))}
                  </ol>
                </nav>
              )}
              <Others locale={locale} except={name} />
            </div>
          </aside>
        </div>
      </div>
    );
  }

  return { generateMetadata, DocumentPage };
}

async function Others({ locale, except }: { locale: Locale; except: DocumentName }) {
  const t = await getTranslations("document");
  const names = documentNames.filter((name) => name !== except);
  const titles = await Promise.all(names.map(async (name) => (await readDocument(locale, name)).title));
  return (
    <nav aria-labelledby="others">
      <h2 id="others" className="text-sm font-[600]">
        {t("others")}
      </h2>
      <ul className="mt-1">
        {names.map((name, i) => (
          <li key={name}>
            <Link
              href={href(locale, `/${name}`)}
              className="inline-flex min-h-9 items-center text-sm text-quiet hover:text-ink hover:underline"
            >
              {titles[i]}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
