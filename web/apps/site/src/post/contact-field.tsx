"use client";

import type { Delivery } from "@svetu/api-client/types";
import { Checkbox, describedBy, Field, Input } from "@svetu/ui/field";
import { useTranslations } from "next-intl";
import { Option, Options } from "./attribute-field";
import { idOf, useWizard } from "./context";

const WAYS: Delivery[] = ["pickup", "courier", "post", "seller"];

export function DeliveryField() {
  const t = useTranslations("post");
  const { form, set } = useWizard();
  return (
    <Options id={idOf("/delivery")} legend={t("delivery.label")} note={t("optional")}>
      {WAYS.map((way) => (
        <Option
          key={way}
          kind="checkbox"
          name="delivery"
          label={t(`delivery.${way}`)}
          checked={form.delivery.includes(way)}
          onChange={(on) => set({ delivery: WAYS.filter((one) => (one === way ? on : form.delivery.includes(one))) })}
        />
      ))}
    </Options>
  );
}

export function ContactField() {
  const t = useTranslations("post");
  const { form, set, faults } = useWizard();
  const id = idOf("/contact/phone");
  const error = faults.get("/contact/phone");
  const help = t("contact.help");
  return (
    <div className="flex flex-col gap-3">
      <Field
        id={id}
        label={t("contact.phone")}
        note={form.showPhone ? undefined : t("optional")}
        help={help}
        error={error}
      >
        <Input
          {...describedBy(id, help, error)}
          type="tel"
          inputMode="tel"
          autoComplete="tel"
          value={form.phone}
          onChange={(event) => set({ phone: event.target.value })}
        />
      </Field>
      <div>
        <Checkbox
          label={t("contact.show")}
          checked={form.showPhone}
          onChange={(event) => set({ showPhone: event.target.checked })}
        />
        {form.showPhone && (
          <>
            <Checkbox
              label={t("contact.viber")}
              checked={form.viber}
              onChange={(event) => set({ viber: event.target.checked })}
            />
            <Checkbox
              label={t("contact.whatsapp")}
              checked={form.whatsapp}
              onChange={(event) => set({ whatsapp: event.target.checked })}
            />
          </>
        )}
        {!form.showPhone && <p className="text-sm text-quiet">{t("contact.none")}</p>}
      </div>
    </div>
  );
}
