import type { Shop, ShopInvitation, ShopMember } from "@svetu/api-client/types";
import { href } from "@svetu/i18n/locales";
import { Button } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { ChevronLeft } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound } from "next/navigation";
import { member } from "@/account/access";
import { PageHeading } from "@/account/heading";
import { OutcomeNotice } from "@/account/outcome";
import { closeShop, invite, leaveShop, renameShop } from "@/account/shop-actions";
import { ROLES, TeamList, WaitingList } from "@/account/team";
import { get, orNull } from "@/api/server";
import { ActionForm } from "@/auth/form";
import { formLabels } from "@/auth/frame";
import { pageLocale } from "@/i18n/page-locale";

interface Props {
  params: Promise<{ locale: string; id: string }>;
  searchParams: Promise<{ done?: string | string[] }>;
}

const pathOf = (id: string) => `/identity/shops/${encodeURIComponent(id)}`;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("account");
  return { title: t("shops.title") };
}

/** One shop: its team, invitations to it, its name and its end. */
export default async function ShopPage({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  await member(locale);
  // Who is not of its team is told that there is none.
  const shop = await orNull(get<Shop>(locale, pathOf((await params).id)), 400, 404);
  if (!shop) notFound();
  const manages = shop.role !== "member";
  const [t, auth, labels, team, waiting, { done }] = await Promise.all([
    getTranslations("account"),
    getTranslations("auth"),
    formLabels(),
    get<{ items: ShopMember[] }>(locale, `${pathOf(shop.id)}/members`),
    manages ? get<{ items: ShopInvitation[] }>(locale, `${pathOf(shop.id)}/invitations`) : { items: [] },
    searchParams,
  ]);
  const owners = team.items.filter(({ role }) => role === "owner").length;
  const hidden = { locale, shop: shop.id };
  const gives = shop.role === "owner" ? ROLES : (["member"] as const);
  return (
    <div className="max-w-2xl">
      <OutcomeNotice done={done} />
      <Link
        href={href(locale, "/account/shops")}
        className="mb-2 inline-flex min-h-6 items-center gap-1 text-sm text-accent hover:underline"
      >
        <ChevronLeft aria-hidden className="size-4" />
        {t("shops.all")}
      </Link>
      <PageHeading title={<span lang="">{shop.name}</span>} lead={t("shops.rights")} />
      <section aria-labelledby="team">
        <h2 id="team" className="mb-3 text-lg">
          {t("shops.team")}
        </h2>
        <TeamList locale={locale} shop={shop} items={team.items} />
      </section>
      {manages && (
        <section aria-labelledby="invitations" className="mt-10">
          <h2 id="invitations" className="text-lg">
            {t("shops.invitations")}
          </h2>
          <p className="measure mt-1 mb-4 text-sm text-quiet">{t("shops.inviteLead")}</p>
          {waiting.items.length > 0 ? (
            <WaitingList locale={locale} shop={shop} items={waiting.items} />
          ) : (
            <p className="text-base text-quiet">{t("shops.noInvitations")}</p>
          )}
          <div className="mt-5">
            <ActionForm
              action={invite}
              hidden={hidden}
              labels={labels}
              submit={t("shops.invite")}
              prefix="invite-"
              fields={[
                { name: "email", kind: "email", label: auth("email"), autoComplete: "off", maxLength: 254 },
                {
                  name: "role",
                  kind: "select",
                  label: t("shops.roleLabel"),
                  initial: "member",
                  options: gives.map((value) => ({ value, text: t(`shops.role.${value}`) })),
                },
              ]}
            />
          </div>
        </section>
      )}
      {shop.role === "owner" && (
        <section aria-labelledby="name" className="mt-10">
          <h2 id="name" className="mb-4 text-lg">
            {t("shops.settings")}
          </h2>
          <ActionForm
            action={renameShop}
            hidden={hidden}
            labels={labels}
            submit={t("shops.rename")}
            variant="secondary"
            prefix="rename-"
            fields={[
              {
                name: "name",
                kind: "text",
                label: t("shops.name"),
                help: t("shops.nameHelp"),
                initial: shop.name,
                autoComplete: "organization",
                minLength: 2,
                maxLength: 60,
              },
            ]}
          />
        </section>
      )}
      <section aria-labelledby="leaving" className="mt-10">
        <h2 id="leaving" className="text-lg">
          {t("shops.leaving")}
        </h2>
        {shop.role === "owner" && owners === 1 ? (
          <p className="measure mt-1 text-sm text-quiet">{t("shops.lastOwner")}</p>
        ) : (
          <>
            <p className="measure mt-1 mb-4 text-sm text-quiet">{t("shops.leaveText")}</p>
            <form action={leaveShop}>
              <input type="hidden" name="locale" value={locale} />
              <input type="hidden" name="shop" value={shop.id} />
              <Button type="submit" variant="secondary">
                {t("shops.leave")}
              </Button>
            </form>
          </>
        )}
      </section>
      {shop.role === "owner" && (
        <section aria-labelledby="closing" className="mt-10">
          <h2 id="closing" className="text-lg">
            {t("shops.closing")}
          </h2>
          <p className="measure mt-1 mb-4 text-sm text-quiet">{t("shops.closeText")}</p>
          <ActionForm
            action={closeShop}
            hidden={hidden}
            labels={labels}
            submit={t("shops.close")}
            variant="danger"
            prefix="close-"
            fields={[{ name: "sure", kind: "checkbox", label: t("shops.sure") }]}
          />
        </section>
      )}
    </div>
  );
}
