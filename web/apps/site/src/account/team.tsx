import type { Shop, ShopInvitation, ShopMember } from "@svetu/api-client/types";
import { formatDate } from "@svetu/i18n/format";
import { href, type Locale } from "@svetu/i18n/locales";
import { Avatar } from "@svetu/ui/avatar";
import { Badge } from "@svetu/ui/badge";
import { Button } from "@svetu/ui/button";
import { Select } from "@svetu/ui/field";
import { Link } from "@svetu/ui/link";
import { Mail } from "lucide-react";
import { getTranslations } from "next-intl/server";
import { removeMember, setShopRole, takeBack } from "./shop-actions";

export const ROLES = ["owner", "manager", "member"] as const;

/** Who is in the team; owners change roles, managers send members away. */
export async function TeamList({ locale, shop, items }: { locale: Locale; shop: Shop; items: ShopMember[] }) {
  const t = await getTranslations("account");
  const owners = items.filter(({ role }) => role === "owner").length;
  return (
    <ul className="divide-y divide-line border-y border-line">
      {items.map(({ user_id, display_name, role, since, you }) => {
        const stays = role === "owner" && owners === 1;
        const hidden = (
          <>
            <input type="hidden" name="locale" value={locale} />
            <input type="hidden" name="shop" value={shop.id} />
            <input type="hidden" name="user" value={user_id} />
          </>
        );
        return (
          <li key={user_id} className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
            <span lang="">
              <Avatar name={display_name} className="size-10" />
            </span>
            <div className="min-w-0 grow basis-40">
              <p className="flex flex-wrap items-center gap-2 text-base">
                <Link href={href(locale, `/sellers/${user_id}`)} lang="" className="min-w-0 truncate hover:underline">
                  {display_name}
                </Link>
                {you && <Badge tone="accent">{t("shops.you")}</Badge>}
              </p>
              <p className="text-sm text-quiet">
                {t(`shops.role.${role}`)} · {t("shops.since", { date: formatDate(locale, since) })}
              </p>
            </div>
            {shop.role === "owner" && !stays && (
              <form action={setShopRole} className="flex items-center gap-2">
                {hidden}
                <label htmlFor={`role-${user_id}`} className="sr-only">
                  {t("shops.roleLabel")} <span lang="">{display_name}</span>
                </label>
                <Select id={`role-${user_id}`} name="role" defaultValue={role} key={role}>
                  {ROLES.map((value) => (
                    <option key={value} value={value}>
                      {t(`shops.role.${value}`)}
                    </option>
                  ))}
                </Select>
                <Button type="submit" variant="secondary">
                  {t("shops.change")}
                  <span lang="" className="sr-only">
                    {display_name}
                  </span>
                </Button>
              </form>
            )}
            {!you && (shop.role === "owner" || (shop.role === "manager" && role === "member")) && (
              <form action={removeMember}>
                {hidden}
                <Button type="submit" variant="quiet" size="small" className="text-danger">
                  {t("shops.remove")}
                  <span lang="" className="sr-only">
                    {display_name}
                  </span>
                </Button>
              </form>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** Invitations that wait. */
export async function WaitingList(props: { locale: Locale; shop: Shop; items: ShopInvitation[] }) {
  const { locale, shop, items } = props;
  const t = await getTranslations("account");
  return (
    <ul className="divide-y divide-line border-y border-line">
      {items.map(({ id, email, role, expires_at }) => (
        <li key={id} className="flex items-center gap-4 py-3">
          <Mail aria-hidden className="size-6 shrink-0 text-quiet" />
          <div className="min-w-0 grow">
            <p lang="" translate="no" className="text-base break-words">
              {email}
            </p>
            <p className="text-sm text-quiet">
              {t(`shops.role.${role}`)} · {t("shops.until", { date: formatDate(locale, expires_at) })}
            </p>
          </div>
          {(shop.role === "owner" || role === "member") && (
            <form action={takeBack}>
              <input type="hidden" name="locale" value={locale} />
              <input type="hidden" name="shop" value={shop.id} />
              <input type="hidden" name="id" value={id} />
              <Button type="submit" variant="quiet" size="small" className="text-danger">
                {t("shops.takeBack")}
                <span lang="" className="sr-only">
                  {email}
                </span>
              </Button>
            </form>
          )}
        </li>
      ))}
    </ul>
  );
}
