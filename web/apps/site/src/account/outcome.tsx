import { Notice } from "@svetu/ui/badge";
import { getTranslations } from "next-intl/server";

const OUTCOMES = [
  "saved",
  "deleted",
  "cleared",
  "ended",
  "revoked",
  "password",
  "verified",
  "removed",
  "passkey",
  "totp",
  "kept",
  "erasure",
  "export",
  "withdrawn",
  "refused",
  "invited",
  "takenBack",
  "joined",
  "left",
  "closed",
  "lastOwner",
  "linked",
  "phone",
  "secondFactor",
  "failed",
] as const;
type Outcome = (typeof OUTCOMES)[number];

/** How the last press of a button went, said above the page it came back to. */
export async function OutcomeNotice({ done }: { done?: string | string[] }) {
  if (!OUTCOMES.includes(done as Outcome)) return null;
  const t = await getTranslations("account");
  return (
    <Notice
      role="status"
      tone={done === "failed" ? "danger" : done === "secondFactor" ? "warning" : "good"}
      className="mb-5"
    >
      {t(`outcome.${done as Outcome}`)}
    </Notice>
  );
}
