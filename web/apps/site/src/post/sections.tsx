"use client";

import type { AttributeView, Condition, Language } from "@svetu/api-client/types";
import { localeNames, locales } from "@svetu/i18n/locales";
import { describedBy, Field, Input, Select, Textarea } from "@svetu/ui/field";
import { Skeleton } from "@svetu/ui/skeleton";
import { ChevronDown } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { AttributeField, Option, Options } from "./attribute-field";
import { idOf, useWizard } from "./context";
import { DESCRIPTION_MAX, TITLE_MAX } from "./faults";

const CONDITIONS: Condition[] = ["new", "like_new", "used", "for_parts"];
/** So few optional attributes are not worth hiding. */
const OPTIONAL_OPEN_MAX = 3;

export function Section({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <section aria-labelledby={id} className="flex flex-col gap-4 border-t border-line pt-6">
      <h2 id={id} className="text-lg">
        {title}
      </h2>
      {children}
    </section>
  );
}

export function TitleField() {
  const t = useTranslations("post");
  const { form, set, faults } = useWizard();
  const id = idOf("/title");
  const error = faults.get("/title");
  const help = t("title.help");
  return (
    <Field id={id} label={t("title.label")} help={help} error={error}>
      <Input
        {...describedBy(id, help, error)}
        value={form.title}
        maxLength={TITLE_MAX}
        autoComplete="off"
        enterKeyHint="next"
        onChange={(event) => set({ title: event.target.value })}
      />
    </Field>
  );
}

export function ConditionField() {
  const t = useTranslations("post");
  const { form, set, faults } = useWizard();
  return (
    <Options id={idOf("/condition")} legend={t("condition.label")} error={faults.get("/condition")}>
      {CONDITIONS.map((condition) => (
        <Option
          key={condition}
          kind="radio"
          name="condition"
          label={t(`condition.${condition}`)}
          checked={form.condition === condition}
          onChange={() => set({ condition })}
        />
      ))}
    </Options>
  );
}

/** The required attributes and those on the card in view, the rest folded away. */
export function AttributeFields() {
  const t = useTranslations("post");
  const { form, category, faults } = useWizard();
  if (!category) return form.category ? <Skeleton className="h-40 w-full" /> : null;
  const leading = category.attributes.filter(({ required, card }) => required || card);
  const rest = category.attributes.filter((attribute) => !leading.includes(attribute));
  const faulty = rest.some(({ key }) => faults.has(`/attributes/${key}`));
  const filled = rest.filter(({ key }) => form.attributes[key] !== undefined).length;
  const draw = (attributes: AttributeView[]) =>
    attributes.map((attribute) => <AttributeField key={attribute.key} attribute={attribute} />);
  return (
    <>
      {category.has_condition && <ConditionField />}
      {draw(leading)}
      {rest.length > 0 && rest.length <= OPTIONAL_OPEN_MAX && draw(rest)}
      {rest.length > OPTIONAL_OPEN_MAX && (
        <details open={faulty || undefined} className="group rounded-card border border-line">
          <summary className="flex min-h-12 list-none items-center justify-between gap-3 px-4 py-3">
            <span>
              {t("moreDetails")}
              <span className="block text-sm text-quiet">{t("moreDetailsHelp", { filled, count: rest.length })}</span>
            </span>
            <ChevronDown aria-hidden className="size-5 text-quiet group-open:rotate-180" />
          </summary>
          <div className="flex flex-col gap-4 border-t border-line p-4">{draw(rest)}</div>
        </details>
      )}
    </>
  );
}

export function DescriptionField() {
  const t = useTranslations("post");
  const { form, set, faults } = useWizard();
  const id = idOf("/description");
  const error = faults.get("/description");
  const help = t("description.help");
  return (
    <>
      <Field id={id} label={t("description.label")} note={t("optional")} help={help} error={error}>
        <Textarea
          {...describedBy(id, help, error)}
          value={form.description}
          maxLength={DESCRIPTION_MAX}
          rows={6}
          className="[field-sizing:content]"
          onChange={(event) => set({ description: event.target.value })}
        />
      </Field>
      <Field id={idOf("/language")} label={t("language.label")}>
        <Select
          id={idOf("/language")}
          value={form.language}
          onChange={(event) => set({ language: event.target.value as Language, languageChosen: true })}
          className="sm:max-w-72"
        >
          {locales.map((language) => (
            <option key={language} value={language} lang={language}>
              {localeNames[language]}
            </option>
          ))}
        </Select>
      </Field>
    </>
  );
}
