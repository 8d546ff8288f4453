import "server-only";

import type { Listing } from "@svetu/api-client/types";
import { getTranslations } from "next-intl/server";
import type { AppealLabels } from "./appeal";
import type { ContactLabels } from "./contact";
import type { GalleryLabels } from "./gallery";
import type { ReportLabels } from "./report";

/** Words that the parts of an ad's page take to the browser. */

const REASONS = ["fraud", "forbidden", "spam", "wrong_category", "duplicate", "offensive", "other"] as const;

export async function galleryLabels(count: number): Promise<GalleryLabels> {
  const t = await getTranslations("listing");
  return {
    gallery: t("gallery.label"),
    previous: t("gallery.previous"),
    next: t("gallery.next"),
    enlarge: t("gallery.enlarge"),
    close: t("gallery.close"),
    zoom: t("gallery.zoom"),
    photos: Array.from({ length: count }, (_, i) => t("gallery.photo", { index: i + 1, count })),
  };
}

export async function contactLabels(): Promise<ContactLabels> {
  const t = await getTranslations("listing");
  return {
    show: t("contact.show"),
    call: t("contact.call"),
    viber: t("contact.viber"),
    whatsapp: t("contact.whatsapp"),
    limited: t("contact.limited"),
    failed: t("contact.failed"),
  };
}

export async function reportLabels(): Promise<ReportLabels> {
  const t = await getTranslations("listing");
  return {
    title: t("report.title"),
    close: t("gallery.close"),
    reason: t("report.reason"),
    reasons: REASONS.map((value) => ({ value, text: t(`report.reasons.${value}`) })),
    text: t("report.text"),
    help: t("report.help"),
    send: t("report.send"),
    sent: t("report.sent"),
    choose: t("report.choose"),
    limited: t("report.limited"),
    failed: t("report.failed"),
  };
}

export async function appealLabels(): Promise<AppealLabels> {
  const t = await getTranslations("listing");
  return {
    text: t("appeal.text"),
    send: t("appeal.send"),
    sent: t("appeal.sent"),
    empty: t("appeal.empty"),
    failed: t("own.failed"),
  };
}

export const ACTIONS = ["renew", "resume", "reserve", "unreserve", "sold", "pause", "delete"] as const;
export type Action = (typeof ACTIONS)[number];

/** What its owner may do to an ad in each of its states, the likeliest first. */
export const actionsOf: Record<Listing["state"], readonly Action[]> = {
  draft: ["delete"],
  in_review: ["delete"],
  live: ["sold", "reserve", "pause", "renew", "delete"],
  reserved: ["sold", "unreserve", "delete"],
  sold: ["delete"],
  paused: ["resume", "sold", "delete"],
  expired: ["renew", "sold", "delete"],
  archived: [],
  refused: ["delete"],
  removed: ["delete"],
  purged: [],
};

/** Where its content can be changed. */
export const EDITABLE: ReadonlySet<Listing["state"]> = new Set([
  "draft",
  "in_review",
  "live",
  "paused",
  "expired",
  "refused",
]);
