import {
  AtSign,
  Check,
  CircleUserRound,
  Clock,
  Fingerprint,
  FilePenLine,
  Files,
  Heart,
  HeartPlus,
  Phone,
  Scale,
  Search,
  SearchCheck,
  Settings,
  ShieldCheck,
  Store,
  UserRound,
  UserRoundPen,
  Users,
  UsersRound,
} from "lucide-react";
import { getTranslations } from "next-intl/server";

const KNOWN = {
  openid: Fingerprint,
  profile: CircleUserRound,
  email: AtSign,
  offline_access: Clock,
  account_read: UserRound,
  account_write: UserRoundPen,
  listings_read: Files,
  listings_write: FilePenLine,
  contacts_read: Phone,
  searches_read: Search,
  searches_write: SearchCheck,
  favourites_read: Heart,
  favourites_write: HeartPlus,
  seller_read: Store,
  seller_write: Store,
  shops_read: Users,
  shops_write: UsersRound,
  moderation_read: Scale,
  moderation_write: ShieldCheck,
  platform_write: Settings,
} as const;

type Known = keyof typeof KNOWN;

/** The name of a scope among the messages. None: another service's. */
export function wordsOf(scope: string): Known | undefined {
  const name = scope.replace(":", "_");
  return Object.hasOwn(KNOWN, name) ? (name as Known) : undefined;
}

/** What an application gets, one line a scope. */
export async function Scopes({ scopes }: { scopes: string[] }) {
  const t = await getTranslations("connect");
  return (
    <>
      <h2 className="mt-6 text-base font-[600]">{t("gets")}</h2>
      <ul className="mt-3 flex flex-col gap-3 text-base">
        {scopes.map((scope) => {
          const words = wordsOf(scope);
          const Icon = words ? KNOWN[words] : Check;
          return (
            <li key={scope} className="flex items-start gap-3">
              <Icon aria-hidden className="mt-0.5 size-5 shrink-0 text-quiet" />
              <span className="min-w-0 break-words">{words ? t(`scopes.${words}`) : t("scopes.other", { scope })}</span>
            </li>
          );
        })}
      </ul>
    </>
  );
}
