import type { getTranslations } from "next-intl/server";

type Words = Awaited<ReturnType<typeof getTranslations<"staff.audit">>>;

/** The actions that the log knows, as the API names them, and their messages. */
const actions = {
  "listings.create": "create",
  "listings.publish": "publish",
  "listings.update": "update",
  "listings.delete": "delete",
  "listings.pause": "pause",
  "listings.resume": "resume",
  "listings.renew": "renew",
  "listings.reserve": "reserve",
  "listings.unreserve": "unreserve",
  "listings.sell": "sell",
  "listings.report": "report",
  "listings.appeal": "appeal",
  "listings.reveal_contact": "reveal",
  "listings.bulk_upsert": "import",
  "moderation.decide": "decide",
  "moderation.close_report": "closeReport",
  "moderation.decide_appeal": "decideAppeal",
  "taxonomy.edit_category": "editCategory",
  "taxonomy.edit_attribute": "editAttribute",
  "rates.set": "setRate",
  expire: "expire",
  archive: "archive",
  purge: "purge",
} as const;

/** An action in words; one that came later is shown as the log names it. */
export function actionText(t: Words, action: string): string {
  const known = actions[action as keyof typeof actions];
  return known ? t(`does.${known}`) : action;
}

/** The details as the log keeps them, on one line; nothing for none. */
export function detailText(details: unknown): string {
  if (details === null || typeof details !== "object") return details === null ? "" : String(details ?? "");
  const entries = Object.entries(details).filter(([, value]) => value !== null);
  return entries
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}
