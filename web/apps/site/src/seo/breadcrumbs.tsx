import { href, type Locale } from "@svetu/i18n/locales";
import { Link } from "@svetu/ui/link";
import { ChevronRight } from "lucide-react";
import { JsonLd } from "./json-ld";
import { absolute } from "./links";

export interface Crumb {
  name: string;
  path: string;
}

/** Where a page stands, for people and as BreadcrumbList for machines. */
export function Breadcrumbs({ locale, crumbs, label }: { locale: Locale; crumbs: Crumb[]; label: string }) {
  return (
    <>
      <nav aria-label={label} className="no-print no-scrollbar mb-3 overflow-x-auto">
        <ol className="flex items-center gap-1 text-sm whitespace-nowrap text-quiet">
          {crumbs.map((crumb, i) => (
            <li key={crumb.path} className="flex items-center gap-1">
              {i > 0 && <ChevronRight aria-hidden className="size-3.5" />}
              <Link
                href={href(locale, crumb.path)}
                className="inline-flex min-h-6 items-center hover:text-ink hover:underline"
              >
                {crumb.name}
              </Link>
            </li>
          ))}
        </ol>
      </nav>
      <JsonLd
        data={{
          "@context": "https://schema.org",
          "@type": "BreadcrumbList",
          itemListElement: crumbs.map((crumb, i) => ({
            "@type": "ListItem",
            position: i + 1,
            name: crumb.name,
            item: absolute(locale, crumb.path),
          })),
        }}
      />
    </>
  );
}
