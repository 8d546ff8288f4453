"use client";

import { ApiError } from "@svetu/api-client/problem";
import type { Listing } from "@svetu/api-client/types";
import { href } from "@svetu/i18n/locales";
import { Notice } from "@svetu/ui/badge";
import { Button, buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { toast } from "@svetu/ui/toast";
import { useLocale, useTranslations } from "next-intl";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { api } from "@/api/browser";
import { explain } from "@/listing/explain";
import { ActionBar } from "./action-bar";
import { CategoryField } from "./category-field";
import { ContactField, DeliveryField } from "./contact-field";
import { idOf, WizardContext } from "./context";
import { fieldOf, faultsOf, valueAt } from "./faults";
import type { Form } from "./form";
import { forget, keepHabits } from "./kept";
import { PhotoField } from "./photos";
import { PlaceField } from "./place-field";
import { PriceField } from "./price-field";
import { AttributeFields, DescriptionField, Section, TitleField } from "./sections";
import { useDraft } from "./use-draft";
import { usePhotos } from "./use-photos";

const Preview = dynamic(() => import("./preview"), { ssr: false });

export interface WizardProps {
  account: string;
  /** A draft to go on with, or the ad that is edited. */
  initial: Listing | null;
  edited: string | null;
}

interface Said {
  pointer: string;
  message: string;
  /** What stood in the field: another value may be right. */
  value: unknown;
}

/** Posts an ad, or changes one. Everything is one column; what is typed is kept at once. */
export function PostWizard({ account, initial, edited }: WizardProps) {
  const t = useTranslations("post");
  const locale = useLocale();
  const router = useRouter();
  const draft = useDraft({ account, locale, initial, edited });
  const { form, set, category, sync, state } = draft;
  const photos = usePhotos(form.media, (media) => set({ media }));
  const [attempted, setAttempted] = useState(false);
  const [said, setSaid] = useState<Said[]>([]);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const [waiting, setWaiting] = useState(false);
  const [previewing, setPreviewing] = useState(false);
  const summary = useRef<HTMLDivElement>(null);
  const publishes = !edited || initial?.state === "draft" || initial?.state === "refused";

  const found = useMemo(
    () =>
      faultsOf(
        form,
        category,
        photos.tiles.some(({ error }) => error !== null),
      ),
    [form, category, photos.tiles],
  );
  const faults = useMemo(() => {
    const all = new Map<string, string>();
    if (attempted)
      for (const { pointer, word, bound } of found) all.set(pointer, t(`faults.${word}`, { bound: bound ?? 0 }));
    for (const { pointer, message, value } of said) {
      if (JSON.stringify(valueAt(form, pointer)) === JSON.stringify(value)) all.set(fieldOf(pointer), message);
    }
    return all;
  }, [attempted, found, said, form, t]);

  const hear = (errors: ApiError["errors"], at: Form) =>
    setSaid(
      errors.flatMap(({ field, message }) => (field ? [{ pointer: field, message, value: valueAt(at, field) }] : [])),
    );
  const { refused } = draft;
  useEffect(() => {
    if (refused.length > 0) hear(refused, form);
    // The refusal is of what stood there when it came.
  }, [refused]);

  // A category that knows no such price takes the first that it knows.
  useEffect(() => {
    const kinds = category?.price_kinds ?? [];
    if (kinds.length > 0 && !kinds.includes(form.priceKind)) set({ priceKind: kinds[0] });
  }, [category, form.priceKind, set]);

  // What has no condition, a job or a flat, is not handed over either.
  const handedOver = category?.has_condition !== false;
  useEffect(() => {
    if (!handedOver && form.delivery.length > 0) set({ delivery: [] });
  }, [handedOver, form.delivery, set]);

  const showFaults = () => {
    setPreviewing(false);
    setAttempted(true);
    setTimeout(() => summary.current?.focus());
  };

  const submit = async () => {
    setProblem("");
    if (found.length > 0) {
      showFaults();
      return;
    }
    if (photos.uploading) {
      setPreviewing(false);
      setWaiting(true);
      return;
    }
    setBusy(true);
    try {
      await sync.current?.flush();
      if (sync.current?.blocked) {
        showFaults();
        return;
      }
      const id = sync.current?.known.id ?? edited;
      if (publishes) await api("POST", `/marketplace/listings/${id}/publish`);
      keepHabits(account, form);
      forget(edited);
      const now = sync.current?.known.state;
      // A change can take a live ad to the moderators as well.
      if (publishes || (now !== initial?.state && (now === "in_review" || now === "refused"))) {
        router.push(href(locale, `/post/${id}/done`));
      } else {
        toast(t("saved"));
        router.push(href(locale, `/listings/${id}`));
        router.refresh();
      }
    } catch (error) {
      if (error instanceof ApiError && error.errors.length > 0) {
        hear(error.errors, form);
        showFaults();
      } else if (error instanceof ApiError && (error.status === 401 || error.status === 412)) {
        showFaults();
      } else {
        setProblem(error instanceof ApiError && error.status === 0 ? t("offline") : explain(error, t("failed")));
        showFaults();
      }
    } finally {
      setBusy(false);
    }
  };

  // The photos were still on their way when the button was pressed: it goes on when they are there.
  useEffect(() => {
    if (!waiting || photos.uploading) return;
    setWaiting(false);
    const timer = setTimeout(() => void submit());
    return () => clearTimeout(timer);
  }, [waiting, photos.uploading]);

  const resolve = async (mine: boolean) => {
    try {
      if (mine) await sync.current?.overwrite();
      else {
        const { data } = await api<Listing>("GET", `/marketplace/listings/${sync.current?.known.id}`);
        draft.takeTheirs(data);
      }
    } catch (error) {
      toast(explain(error, t("failed")), "danger");
    }
  };

  const label = (pointer: string) => {
    if (pointer.startsWith("/attributes/")) {
      const key = pointer.slice("/attributes/".length);
      return category?.attributes.find((attribute) => attribute.key === key)?.name ?? key;
    }
    switch (pointer) {
      case "/title":
        return t("title.label");
      case "/category":
        return t("category.label");
      case "/condition":
        return t("condition.label");
      case "/price/amount_minor":
        return t("price.amount");
      case "/place_id":
        return t("place.label");
      case "/contact/phone":
        return t("contact.phone");
      case "/description":
        return t("description.label");
      default:
        return t("photos.title");
    }
  };
  const action = publishes ? (initial?.state === "refused" ? t("republish") : t("publish")) : t("save");
  const missing = found.filter(({ word }) => word === "required" || word === "phoneMissing");

  return (
    <WizardContext value={{ form, set, category, faults }}>
      <form
        data-task
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
        onKeyDown={goOn}
        className="mx-auto flex max-w-2xl flex-col gap-8"
      >
        {draft.resumed && (
          <Notice>
            <span className="flex flex-wrap items-center justify-between gap-3">
              <span>{t("resumed")}</span>
              <Button variant="secondary" size="small" onClick={draft.restart}>
                {t("startNew")}
              </Button>
            </span>
          </Notice>
        )}
        <div ref={summary} tabIndex={-1} className="scroll-mt-24 empty:hidden focus:outline-none">
          {(faults.size > 0 || problem) && (
            <Notice tone="danger" role="alert" title={problem || t("faults.title", { count: faults.size })}>
              {faults.size > 0 && (
                <ul className="mt-1 list-disc pl-5">
                  {[...faults].map(([pointer, message]) => (
                    <li key={pointer}>
                      <a
                        href={`#${idOf(pointer)}`}
                        onClick={(event) => {
                          event.preventDefault();
                          const control = document.getElementById(idOf(pointer));
                          control?.closest("details")?.setAttribute("open", "");
                          control?.focus();
                          control?.scrollIntoView({ block: "center" });
                        }}
                        className="inline-flex min-h-6 items-center underline"
                      >
                        {label(pointer)}: {message}
                      </a>
                    </li>
                  ))}
                </ul>
              )}
            </Notice>
          )}
        </div>
        {state === "conflict" && (
          <Notice tone="warning" role="alert" title={t("conflict.title")}>
            <p>{t("conflict.text")}</p>
            <span className="mt-3 flex flex-wrap gap-2">
              <Button variant="secondary" size="small" onClick={() => void resolve(true)}>
                {t("conflict.mine")}
              </Button>
              <Button variant="secondary" size="small" onClick={() => void resolve(false)}>
                {t("conflict.theirs")}
              </Button>
            </span>
          </Notice>
        )}
        {state === "signed_out" && (
          <Notice tone="warning" role="alert" title={t("signedOut.title")}>
            <p>{t("signedOut.text")}</p>
            <Link
              href={href(
                locale,
                `/sign-in?next=${encodeURIComponent(href(locale, edited ? `/post/${edited}` : "/post"))}`,
              )}
              className={buttonClass("secondary", "small", "mt-3")}
            >
              {t("signedOut.action")}
            </Link>
          </Notice>
        )}

        <section aria-labelledby="section-photos" className="flex flex-col gap-4">
          <h2 id="section-photos" className="text-lg">
            {t("photos.title")}
          </h2>
          <PhotoField photos={photos} />
        </section>
        <Section id="section-what" title={t("sections.what")}>
          <TitleField />
          <CategoryField />
          <AttributeFields />
          <DescriptionField />
        </Section>
        <Section id="section-price" title={t("sections.price")}>
          <PriceField />
        </Section>
        <Section id="section-place" title={handedOver ? t("sections.place") : t("place.label")}>
          <PlaceField />
          {handedOver && <DeliveryField />}
        </Section>
        <Section id="section-contact" title={t("sections.contact")}>
          <ContactField />
        </Section>
        <ActionBar
          state={state}
          automatic={!edited || initial?.state === "draft"}
          missing={missing.map(({ pointer }) => label(pointer))}
          waiting={waiting}
          busy={busy}
          action={action}
          onPreview={() => setPreviewing(true)}
        />
        {previewing && (
          <Preview
            tiles={photos.tiles}
            publish={action}
            onPublish={() => void submit()}
            onClose={() => setPreviewing(false)}
          />
        )}
      </form>
    </WizardContext>
  );
}

/** Enter in a field goes on to the next one: on a phone it is the key "next", and nobody publishes by it. */
function goOn(event: KeyboardEvent<HTMLFormElement>) {
  const field = event.target;
  if (event.key !== "Enter" || event.defaultPrevented) return;
  if (!(field instanceof HTMLInputElement) || field.type === "file") return;
  event.preventDefault();
  const fields = [...event.currentTarget.elements].filter(
    (one): one is HTMLElement => one instanceof HTMLElement && one.tagName !== "FIELDSET" && one.offsetParent !== null,
  );
  fields[fields.indexOf(field) + 1]?.focus();
}
