import type { SavedSearch } from "@svetu/api-client/types";
import { formatDate } from "@svetu/i18n/format";
import { href, type Locale } from "@svetu/i18n/locales";
import { Badge } from "@svetu/ui/badge";
import { Button, buttonClass } from "@svetu/ui/button";
import { Field, Input, Select } from "@svetu/ui/field";
import { Link } from "@svetu/ui/link";
import { Bell, BellOff, Pencil, Search, Trash2 } from "lucide-react";
import { getTranslations } from "next-intl/server";
import { readParams, withQuery } from "@/search/query";
import { deleteSearch, updateSearch } from "./actions";

const FREQUENCIES = ["instant", "daily", "weekly", "off"] as const;

/** A search that is watched: open it, rename it, say how often to write, end it. Works without script. */
export async function SearchRow({ locale, search }: { locale: Locale; search: SavedSearch }) {
  const t = await getTranslations("account");
  const { id, name, frequency, new_count = 0, created_at } = search;
  const open = withQuery("/search", readParams(new URLSearchParams(search.query)));
  const Icon = frequency === "off" ? BellOff : Bell;
  const own = (part: string) => `${id}-${part}`;
  return (
    <article className="border-b border-line py-4">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
        <div className="min-w-0 grow basis-60">
          <h2 className="text-base leading-snug font-[600]">
            <Link href={href(locale, open)} lang="" className="hover:underline">
              {name}
            </Link>
          </h2>
          <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-quiet">
            <span className="inline-flex items-center gap-1">
              <Icon aria-hidden className="size-4" />
              {t(`searches.frequency.${frequency}`)}
            </span>
            {created_at && <span>{t("searches.since", { date: formatDate(locale, created_at) })}</span>}
            {new_count > 0 && <Badge tone="accent">{t("searches.new", { count: new_count })}</Badge>}
          </p>
        </div>
        <Link href={href(locale, open)} className={buttonClass("secondary", "small")}>
          <Search aria-hidden className="size-4" />
          {t("searches.open")}
        </Link>
      </div>
      <details className="mt-1">
        <summary className="inline-flex min-h-9 items-center gap-2 rounded-control text-sm text-accent hover:underline">
          <Pencil aria-hidden className="size-4" />
          {t("searches.edit")}
          <span lang="" className="sr-only">
            {name}
          </span>
        </summary>
        <form action={updateSearch} className="mt-2 grid gap-4 rounded-card bg-surface p-4 sm:grid-cols-2">
          <input type="hidden" name="locale" value={locale} />
          <input type="hidden" name="id" value={id} />
          <Field id={own("name")} label={t("searches.name")}>
            <Input id={own("name")} name="name" defaultValue={name} maxLength={100} required />
          </Field>
          <Field id={own("frequency")} label={t("searches.how")}>
            <Select id={own("frequency")} name="frequency" defaultValue={frequency}>
              {FREQUENCIES.map((value) => (
                <option key={value} value={value}>
                  {t(`searches.frequency.${value}`)}
                </option>
              ))}
            </Select>
          </Field>
          <div className="flex flex-wrap justify-between gap-3 sm:col-span-2">
            <Button type="submit" size="small">
              {t("save")}
            </Button>
            <Button type="submit" variant="quiet" size="small" className="text-danger" formAction={deleteSearch}>
              <Trash2 aria-hidden className="size-4" />
              {t("searches.delete")}
            </Button>
          </div>
        </form>
      </details>
    </article>
  );
}
