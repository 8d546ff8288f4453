"use client";

import { ApiError } from "@svetu/api-client/problem";
import type { AttributeView } from "@svetu/api-client/types";
import { Button } from "@svetu/ui/button";
import { Checkbox } from "@svetu/ui/field";
import { toast } from "@svetu/ui/toast";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { api } from "@/api/browser";
import { NameFields } from "./name-fields";
import { changedNames, LANGUAGES, type Names } from "./names";

const FLAGS = ["required", "searchable", "filterable", "card", "variant"] as const;
type Use = { key: string } & Record<(typeof FLAGS)[number], boolean>;

export interface AttributeUsesProps {
  category: string;
  own: AttributeView[];
  inherited: AttributeView[];
  names: Record<string, Names>;
}

const useOf = ({ key, required, searchable, filterable, card, variant }: AttributeView): Use => ({
  key,
  required,
  searchable,
  filterable,
  card,
  variant,
});

/** How a category uses its attributes. The flags are the category's; the names belong to the attribute everywhere. */
export function AttributeUses({ category, own, inherited, names }: AttributeUsesProps) {
  const t = useTranslations("staff.attributes");
  const router = useRouter();
  const [uses, setUses] = useState(() => own.map(useOf));
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState("");

  const save = async () => {
    setBusy(true);
    setFailure("");
    try {
      await api("PATCH", `/marketplace/categories/${encodeURIComponent(category)}`, { body: { attributes: uses } });
      toast(t("saved"));
      router.refresh();
    } catch (error) {
      setFailure(messageOf(error) ?? t("failed"));
    } finally {
      setBusy(false);
    }
  };

  return (
    <section aria-labelledby="attributes" className="mt-10 border-t border-line pt-6">
      <h2 id="attributes" className="text-lg">
        {t("title")}
      </h2>
      {own.length === 0 && <p className="mt-2 text-base text-quiet">{t("none")}</p>}
      <ul className="mt-2 divide-y divide-line">
        {own.map((attribute, i) => (
          <li key={attribute.key} className="py-4">
            <h3 className="text-base">
              {attribute.name} <span className="text-sm font-normal text-quiet">{t(`kind.${attribute.kind}`)}</span>
            </h3>
            <div className="mt-1 flex flex-wrap gap-x-6" role="group" aria-label={attribute.name}>
              {FLAGS.map((flag) => (
                <Checkbox
                  key={flag}
                  label={t(`flag.${flag}`)}
                  checked={uses[i]?.[flag] ?? false}
                  onChange={(event) => {
                    const { checked } = event.target;
                    setUses((all) => all.map((use, at) => (at === i ? { ...use, [flag]: checked } : use)));
                  }}
                />
              ))}
            </div>
            <AttributeNames attribute={attribute.key} given={names[attribute.key] ?? { sr: "", ru: "", en: "" }} />
          </li>
        ))}
      </ul>
      {failure && (
        <p role="alert" className="mb-3 text-sm text-danger">
          {failure}
        </p>
      )}
      {own.length > 0 && (
        <Button busy={busy} onClick={() => void save()}>
          {t("save")}
        </Button>
      )}
      {inherited.length > 0 && (
        <>
          <h3 className="mt-8 text-base">{t("inherited")}</h3>
          <p className="mt-1 text-base text-quiet">{inherited.map(({ name }) => name).join(" · ")}</p>
        </>
      )}
    </section>
  );
}

function AttributeNames({ attribute, given }: { attribute: string; given: Names }) {
  const t = useTranslations("staff.attributes");
  const router = useRouter();
  const [names, setNames] = useState(given);
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<Partial<Record<keyof Names | "form", string>>>({});

  const save = async () => {
    const missing = LANGUAGES.filter((language) => !names[language].trim());
    setErrors(Object.fromEntries(missing.map((language) => [language, t("nameMissing")])));
    const changed = changedNames(given, names);
    if (missing.length > 0 || !changed) return;
    setBusy(true);
    try {
      await api("PATCH", `/marketplace/attributes/${encodeURIComponent(attribute)}`, { body: { names: changed } });
      toast(t("saved"));
      router.refresh();
    } catch (error) {
      setErrors({ form: messageOf(error) ?? t("failed") });
    } finally {
      setBusy(false);
    }
  };

  return (
    <details className="mt-1">
      <summary className="inline-flex min-h-9 list-none items-center text-sm text-accent hover:underline">
        {t("rename")}
      </summary>
      <form
        noValidate
        className="mt-2 flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void save();
        }}
      >
        <NameFields id={`attribute-${attribute}`} value={names} errors={errors} onChange={setNames} />
        {errors.form && (
          <p role="alert" className="text-sm text-danger">
            {errors.form}
          </p>
        )}
        <div>
          <Button type="submit" variant="secondary" size="small" busy={busy}>
            {t("saveNames")}
          </Button>
        </div>
      </form>
    </details>
  );
}

function messageOf(error: unknown): string | undefined {
  return error instanceof ApiError && error.status >= 400 && error.status < 500
    ? (error.errors[0]?.message ?? error.message)
    : undefined;
}
