import { Notice } from "@svetu/ui/badge";
import { getTranslations } from "next-intl/server";

const OUTCOMES = [
  "ended",
  "asked",
  "approved",
  "withdrawn",
  "fourEyes",
  "disabled",
  "rotated",
  "reason",
  "secondFactor",
  "tooMany",
  "failed",
] as const;
type Outcome = (typeof OUTCOMES)[number];
const BAD: ReadonlySet<Outcome> = new Set(["failed", "fourEyes", "reason", "secondFactor", "tooMany"]);

/** How the last press of a button went, said above the page it came back to. */
export async function Told({ done }: { done?: string | string[] }) {
  if (!OUTCOMES.includes(done as Outcome)) return null;
  const t = await getTranslations("office.outcome");
  const bad = BAD.has(done as Outcome);
  return (
    <Notice role="status" tone={bad ? "danger" : "good"} className="mb-5">
      {t(done as Outcome)}
    </Notice>
  );
}
