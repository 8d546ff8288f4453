import type { ClientView } from "@svetu/api-client/types";
import { Badge, Notice } from "@svetu/ui/badge";
import { Button } from "@svetu/ui/button";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { PageHeading } from "@/account/heading";
import { get } from "@/api/server";
import { formLabels } from "@/auth/frame";
import { pageLocale } from "@/i18n/page-locale";
import { staff } from "@/staff/access";
import { disableClient, registerClient, renewSecret } from "@/staff/actions";
import { ClientForm } from "@/staff/client-form";
import { SecretForm } from "@/staff/secret-form";
import { Told } from "@/staff/told";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<{ done?: string | string[] }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("staff");
  return { title: t("rooms.clients") };
}

/** Applications that people sign in to with their account here, and a new one. */
export default async function Clients({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const [, { done }] = await Promise.all([staff(locale, "clients"), searchParams]);
  const [t, labels, { items }] = await Promise.all([
    getTranslations("office.clients"),
    formLabels(),
    get<{ items: ClientView[] }>(locale, "/identity/clients"),
  ]);
  const hasSecret = (client: ClientView) => client.token_endpoint_auth_method.startsWith("client_secret");
  return (
    <div className="max-w-3xl">
      <Told done={done} />
      <PageHeading title={t("title")} lead={t("lead")} />
      {items.length === 0 ? (
        <p className="text-base text-quiet">{t("none")}</p>
      ) : (
        <ul className="divide-y divide-line border-y border-line">
          {items.map((client) => (
            <li key={client.client_id} className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 py-3">
              <div className="min-w-0 grow basis-64">
                <p className="flex flex-wrap items-center gap-2 text-base">
                  <span lang="" className="font-[600] wrap-anywhere">
                    {client.client_name}
                  </span>
                  {client.first_party && <Badge>{t("ours")}</Badge>}
                  {client.fapi2 && <Badge>{t("strict")}</Badge>}
                </p>
                <p translate="no" className="text-sm text-quiet wrap-anywhere">
                  <code>{client.client_id}</code> · <code>{client.token_endpoint_auth_method}</code>
                </p>
                {client.redirect_uris.map((uri) => (
                  <p key={uri} translate="no" className="text-sm text-quiet wrap-anywhere">
                    {uri}
                  </p>
                ))}
              </div>
              <div className="flex flex-wrap items-start gap-2">
                {hasSecret(client) && (
                  <SecretForm
                    action={renewSecret}
                    hidden={{ locale, client: client.client_id }}
                    submit={t("renew")}
                    of={client.client_name}
                    once={t("once")}
                  />
                )}
                <form action={disableClient}>
                  <input type="hidden" name="locale" value={locale} />
                  <input type="hidden" name="client" value={client.client_id} />
                  <Button type="submit" variant="quiet" size="small" className="text-danger">
                    {t("disable")}
                    <span lang="" className="sr-only">
                      {client.client_name}
                    </span>
                  </Button>
                </form>
              </div>
            </li>
          ))}
        </ul>
      )}
      <section aria-labelledby="new" className="mt-10">
        <h2 id="new" className="mb-4 text-lg">
          {t("new")}
        </h2>
        <ClientForm
          action={registerClient}
          hidden={{ locale }}
          labels={labels}
          submit={t("register")}
          once={t("once")}
          fields={[
            { name: "client_name", kind: "text", label: t("name"), help: t("nameHelp"), maxLength: 80 },
            {
              name: "kind",
              kind: "select",
              label: t("kind"),
              options: (["site", "app", "machine"] as const).map((value) => ({ value, text: t(`kinds.${value}`) })),
            },
            {
              name: "redirect_uris",
              kind: "textarea",
              label: t("redirects"),
              help: t("redirectsHelp"),
              optional: true,
            },
            {
              name: "post_logout_redirect_uris",
              kind: "textarea",
              label: t("afterLogout"),
              help: t("redirectsHelp"),
              optional: true,
            },
            {
              name: "backchannel_logout_uri",
              kind: "text",
              label: t("backchannel"),
              help: t("backchannelHelp"),
              optional: true,
            },
            {
              name: "scopes",
              kind: "text",
              label: t("scopes"),
              help: t("scopesHelp"),
              initial: "openid profile email offline_access",
              optional: true,
            },
            { name: "serves", kind: "textarea", label: t("serves"), help: t("servesHelp"), optional: true },
            { name: "jwks", kind: "textarea", label: t("jwks"), help: t("jwksHelp"), optional: true },
            {
              name: "assertion_audience",
              kind: "select",
              label: t("assertions"),
              help: t("assertionsHelp"),
              options: (["issuer", "endpoint"] as const).map((value) => ({ value, text: t(`audiences.${value}`) })),
            },
          ]}
        />
        <Notice className="mt-6">
          {t.rich("more", { command: () => <code translate="no">svetu identity client add</code> })}
        </Notice>
      </section>
    </div>
  );
}
