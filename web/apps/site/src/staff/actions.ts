"use server";

import type { AccountFound, ClientCreated, ClientSecret } from "@svetu/api-client/types";
import { formatDate } from "@svetu/i18n/format";
import { href } from "@svetu/i18n/locales";
import { getTranslations } from "next-intl/server";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { act } from "@/api/act";
import { hindrance, localeOf, text } from "@/auth/faults";
import { press, refusedAt } from "@/auth/press";
import type { FormState } from "@/auth/state";
import type { Found } from "./people-search";
import { roleNames } from "./roles";

const PEOPLE = "/staff/people";
const CLIENTS = "/staff/clients";
const KEYS = "/staff/keys";
const FOUR_EYES = { "identity.four_eyes": "fourEyes" };

const personPage = (form: FormData) => `${PEOPLE}/${encodeURIComponent(text(form, "account"))}`;
const resetPath = (form: FormData) => `/identity/factor-resets/${encodeURIComponent(text(form, "reset"))}`;

export async function findPeople(_: Found, form: FormData): Promise<Found> {
  const locale = localeOf(form);
  const query = text(form, "text").trim();
  const stop = await hindrance(locale, form, ["text"], {});
  if (stop) return { text: query, fault: stop.errors.text ?? stop.message, people: [] };
  const [t, role] = await Promise.all([getTranslations({ locale, namespace: "office.people" }), roleNames(locale)]);
  try {
    const { data } = await act<{ items: AccountFound[] }>(locale, "POST", "/identity/accounts/search", {
      body: { text: query },
    });
    const people = data.items.map((person) => ({
      path: href(locale, `${PEOPLE}/${person.account_id}`),
      name: person.display_name,
      badges: [
        ...(person.verified ? [] : [t("unproven")]),
        ...person.roles.filter((one) => one !== "member").map(role),
      ],
      line: `${person.email} · ${t("since", { date: formatDate(locale, person.created_at) })}`,
    }));
    return { text: query, people, ...(people.length === 0 && { nobody: t("nobody", { query }) }) };
  } catch (error) {
    const { errors, message } = await refusedAt(PEOPLE, locale, error, {});
    return { text: query, fault: errors.text ?? message, people: [] };
  }
}

export async function endSessionsOf(form: FormData) {
  const account = encodeURIComponent(text(form, "account"));
  const session = text(form, "session");
  const only = session ? `?session=${encodeURIComponent(session)}` : "";
  await press(form, personPage(form), "ended", () =>
    act(localeOf(form), "DELETE", `/identity/accounts/${account}/sessions${only}`),
  );
}

export async function requestReset(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const account = encodeURIComponent(text(form, "account"));
  const values = { reason: text(form, "reason") };
  const stop = await hindrance(locale, form, ["reason"], values);
  if (stop) return stop;
  try {
    await act(locale, "POST", `/identity/accounts/${account}/factor-reset`, { body: values });
  } catch (error) {
    return refusedAt(personPage(form), locale, error, values);
  }
  redirect(href(locale, `${personPage(form)}?done=asked`));
}

/** Back to where the button was: the person's page, or the list of all that wait. */
const from = (form: FormData) => (text(form, "account") ? personPage(form) : PEOPLE);

export async function approveReset(form: FormData) {
  const write = () => act(localeOf(form), "POST", `${resetPath(form)}/approval`);
  await press(form, from(form), "approved", write, FOUR_EYES);
}

export async function withdrawReset(form: FormData) {
  await press(form, from(form), "withdrawn", () => act(localeOf(form), "DELETE", resetPath(form)));
}

/** How an application of each kind gets its tokens and proves that it is itself. */
const KINDS = {
  site: {
    token_endpoint_auth_method: "client_secret_basic",
    grant_types: ["authorization_code", "refresh_token"],
  },
  app: { token_endpoint_auth_method: "none", grant_types: ["authorization_code", "refresh_token"] },
  machine: { token_endpoint_auth_method: "client_secret_basic", grant_types: ["client_credentials"] },
} as const;

const words = (value: string) => value.split(/\s+/).filter(Boolean);

/** What is no JSON goes as it is: the API says what it takes. */
function readKeys(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export async function registerClient(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const names = [
    "client_name",
    "kind",
    "redirect_uris",
    "post_logout_redirect_uris",
    "backchannel_logout_uri",
    "scopes",
    "serves",
    "jwks",
    "assertion_audience",
  ];
  const values: FormState["values"] = Object.fromEntries(names.map((name) => [name, text(form, name)]));
  const stop = await hindrance(locale, form, ["client_name"], values);
  if (stop) return stop;
  const backchannel = values.backchannel_logout_uri?.trim();
  const jwks = values.jwks?.trim();
  const body = {
    ...(KINDS[values.kind as keyof typeof KINDS] ?? KINDS.site),
    // Who signs with a key of its own has no secret.
    ...(jwks ? { token_endpoint_auth_method: "private_key_jwt", jwks: readKeys(jwks) } : {}),
    client_name: values.client_name,
    redirect_uris: words(values.redirect_uris ?? ""),
    post_logout_redirect_uris: words(values.post_logout_redirect_uris ?? ""),
    scopes: words(values.scopes ?? ""),
    serves: words(values.serves ?? ""),
    assertion_audience: values.assertion_audience || "issuer",
    ...(backchannel ? { backchannel_logout_uri: backchannel } : {}),
  };
  try {
    const { data } = await act<ClientCreated>(locale, "POST", "/identity/clients", { body });
    revalidatePath(href(locale, CLIENTS));
    const secret = data.client_secret ? `\nclient_secret ${data.client_secret}` : "";
    return { errors: {}, values: {}, done: true, secret: `client_id ${data.client_id}${secret}` };
  } catch (error) {
    return refusedAt(CLIENTS, locale, error, values);
  }
}

export async function renewSecret(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const stop = await hindrance(locale, form, [], {});
  if (stop) return stop;
  const client = encodeURIComponent(text(form, "client"));
  try {
    const { data } = await act<ClientSecret>(locale, "POST", `/identity/clients/${client}/secret`);
    return { errors: {}, values: {}, done: true, secret: `client_secret ${data.client_secret}` };
  } catch (error) {
    return refusedAt(CLIENTS, locale, error, {});
  }
}

export async function disableClient(form: FormData) {
  const client = encodeURIComponent(text(form, "client"));
  await press(form, CLIENTS, "disabled", () => act(localeOf(form), "DELETE", `/identity/clients/${client}`));
}

export async function rotateKeys(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const at_once = text(form, "how") === "at_once";
  const stop = await hindrance(locale, form, at_once ? ["sure"] : [], { how: text(form, "how") });
  if (stop) return stop;
  try {
    await act(locale, "POST", "/identity/signing-keys/rotation", { body: { at_once } });
  } catch (error) {
    return refusedAt(KEYS, locale, error, {});
  }
  redirect(href(locale, `${KEYS}?done=rotated`));
}
