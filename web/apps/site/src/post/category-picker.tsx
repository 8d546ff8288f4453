"use client";

import type { CategorySummary, CategoryTree } from "@svetu/api-client/types";
import { toLatin } from "@svetu/i18n/cyrillic";
import { Dialog } from "@svetu/ui/dialog";
import { Input } from "@svetu/ui/field";
import { Skeleton } from "@svetu/ui/skeleton";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { useRead } from "./use-read";

const FOUND_MAX = 30;

const fold = (text: string) =>
  toLatin(text.toLowerCase()).replaceAll("đ", "dj").normalize("NFD").replace(/\p{M}/gu, "");

/** The tree of categories, level by level, or by its words. */
export default function CategoryPicker(props: {
  current: string;
  onChoose: (id: string) => void;
  onClose: () => void;
}) {
  const { current, onChoose, onClose } = props;
  const t = useTranslations("post");
  const locale = useLocale();
  const tree = useRead<CategoryTree>(`/marketplace/categories?lang=${locale}`);
  const [words, setWords] = useState("");
  const [opened, setOpened] = useState<string | null>(null);
  const all = tree?.categories ?? [];
  const byId = new Map(all.map((category) => [category.id, category]));
  const children = (id: string | null) => all.filter((category) => (category.parent ?? null) === id);
  const path = (category: CategorySummary): string[] => {
    const parent = category.parent ? byId.get(category.parent) : undefined;
    return parent ? [...path(parent), category.name] : [category.name];
  };
  const wanted = fold(words.trim()).split(/\s+/).filter(Boolean);
  const found =
    wanted.length > 0
      ? all
          .filter((category) => children(category.id).length === 0)
          .map((category) => ({ category, names: path(category) }))
          .filter(({ names }) => wanted.every((word) => fold(names.join(" ")).includes(word)))
          .slice(0, FOUND_MAX)
      : null;
  const here = opened ? byId.get(opened) : undefined;
  const row = "flex min-h-12 w-full items-center gap-3 px-1 text-left hover:bg-surface";
  return (
    <Dialog open shape="sheet" title={t("category.title")} closeLabel={t("close")} onClose={onClose}>
      <Input
        type="search"
        aria-label={t("category.search")}
        placeholder={t("category.search")}
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
      <div className="mt-2 min-h-96">
        {!tree && <Skeleton className="mt-4 h-80 w-full" />}
        {found ? (
          <ul>
            {found.map(({ category, names }) => (
              <li key={category.id} className="border-b border-line">
                <button type="button" onClick={() => onChoose(category.id)} className={row}>
                  <span>
                    {category.name}
                    <span className="block text-xs text-quiet">{names.slice(0, -1).join(" › ")}</span>
                  </span>
                </button>
              </li>
            ))}
            {found.length === 0 && <li className="py-4 text-quiet">{t("category.none")}</li>}
          </ul>
        ) : (
          <>
            {here && (
              <button type="button" onClick={() => setOpened(here.parent ?? null)} className={`${row} font-[600]`}>
                <ChevronLeft aria-hidden className="size-5" />
                {here.name}
              </button>
            )}
            <ul>
              {children(opened).map((category) => {
                const leaf = children(category.id).length === 0;
                return (
                  <li key={category.id} className="border-b border-line">
                    <button
                      type="button"
                      aria-current={category.id === current ? "true" : undefined}
                      onClick={() => (leaf ? onChoose(category.id) : setOpened(category.id))}
                      className={`${row} aria-[current]:text-accent`}
                    >
                      <span className="grow">{category.name}</span>
                      {!leaf && <ChevronRight aria-hidden className="size-5 text-quiet" />}
                    </button>
                  </li>
                );
              })}
            </ul>
          </>
        )}
      </div>
    </Dialog>
  );
}
