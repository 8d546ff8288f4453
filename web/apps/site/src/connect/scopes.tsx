import { AtSign, Check, CircleUserRound, Clock, Fingerprint } from "lucide-react";
import { getTranslations } from "next-intl/server";

const KNOWN = {
  openid: Fingerprint,
  profile: CircleUserRound,
  email: AtSign,
  offline_access: Clock,
} as const;

const known = (scope: string): scope is keyof typeof KNOWN => Object.hasOwn(KNOWN, scope);

/** What an application gets, one line a scope. */
export async function Scopes({ scopes }: { scopes: string[] }) {
  const t = await getTranslations("connect");
  return (
    <>
      <h2 className="mt-6 text-base font-[600]">{t("gets")}</h2>
      <ul className="mt-3 flex flex-col gap-3 text-base">
        {scopes.map((scope) => {
          const Icon = known(scope) ? KNOWN[scope] : Check;
          return (
            <li key={scope} className="flex items-start gap-3">
              <Icon aria-hidden className="mt-0.5 size-5 shrink-0 text-quiet" />
              <span className="min-w-0 break-words">
                {known(scope) ? t(`scopes.${scope}`) : t("scopes.other", { scope })}
              </span>
            </li>
          );
        })}
      </ul>
    </>
  );
}
