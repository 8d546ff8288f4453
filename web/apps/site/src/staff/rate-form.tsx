"use client";

import { ApiError } from "@svetu/api-client/problem";
import type { Rates } from "@svetu/api-client/types";
import { formatDateTime, formatRate } from "@svetu/i18n/format";
import type { Locale } from "@svetu/i18n/locales";
import { Button } from "@svetu/ui/button";
import { describedBy, Field, Input } from "@svetu/ui/field";
import { toast } from "@svetu/ui/toast";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { api } from "@/api/browser";

/** What was typed, with a comma or a point, as the API takes it; `null` when it is no rate. */
function parseRate(text: string): string | null {
  const plain = text.trim().replace(",", ".");
  return /^\d{1,5}(\.\d{1,6})?$/.test(plain) && Number(plain) > 0 ? plain : null;
}

export function RateForm({ locale }: { locale: Locale }) {
  const t = useTranslations("staff.rate");
  const router = useRouter();
  const [text, setText] = useState("");
  const [from, setFrom] = useState("");
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<{ rate?: string; from?: string; form?: string }>({});

  const save = async () => {
    const rate = parseRate(text);
    if (!rate) {
      setErrors({ rate: t("wrong") });
      document.getElementById("rate")?.focus();
      return;
    }
    setBusy(true);
    try {
      const { data } = await api<Rates>("PUT", "/marketplace/rates", {
        body: { rsd_per_eur: rate, valid_from: from ? new Date(from).toISOString() : undefined },
      });
      toast(t("saved", { rate: formatRate(locale, data.rsd_per_eur), at: formatDateTime(locale, data.valid_from) }));
      setText("");
      setFrom("");
      setErrors({});
      router.refresh();
    } catch (error) {
      const problem = error instanceof ApiError && error.status >= 400 && error.status < 500 ? error : undefined;
      const fields = { rate: problem?.field("rsd_per_eur"), from: problem?.field("valid_from") };
      setErrors(fields.rate || fields.from ? fields : { form: problem?.message ?? t("failed") });
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      noValidate
      className="mt-6 flex max-w-md flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void save();
      }}
    >
      <Field id="rate" label={t("label")} help={t("help")} error={errors.rate}>
        <Input
          {...describedBy("rate", t("help"), errors.rate)}
          inputMode="decimal"
          autoComplete="off"
          value={text}
          maxLength={12}
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      <Field id="from" label={t("from")} note={t("optional")} help={t("fromHelp")} error={errors.from}>
        <Input
          {...describedBy("from", t("fromHelp"), errors.from)}
          type="datetime-local"
          value={from}
          onChange={(event) => setFrom(event.target.value)}
        />
      </Field>
      {errors.form && (
        <p role="alert" className="text-sm text-danger">
          {errors.form}
        </p>
      )}
      <div>
        <Button type="submit" busy={busy}>
          {t("save")}
        </Button>
      </div>
    </form>
  );
}
