"use client";

import { describedBy, Field, Input } from "@svetu/ui/field";
import { useTranslations } from "next-intl";
import { LANGUAGES, NAME_MAX, type Names } from "./names";

export interface NameFieldsProps {
  id: string;
  value: Names;
  errors: Partial<Record<keyof Names, string>>;
  onChange: (names: Names) => void;
}

/** A name in each language, side by side where there is room. */
export function NameFields({ id, value, errors, onChange }: NameFieldsProps) {
  const t = useTranslations("staff");
  return (
    <div className="grid gap-4 md:grid-cols-3">
      {LANGUAGES.map((language) => {
        const field = `${id}-${language}`;
        return (
          <Field key={language} id={field} label={t(`names.${language}`)} error={errors[language]}>
            <Input
              {...describedBy(field, "", errors[language])}
              lang={language === "sr" ? "sr-Latn" : language}
              value={value[language]}
              maxLength={NAME_MAX}
              autoComplete="off"
              onChange={(event) => onChange({ ...value, [language]: event.target.value })}
            />
          </Field>
        );
      })}
    </div>
  );
}
