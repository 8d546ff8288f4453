// Every page there is, with who opens it and what it answers.
import { cookieOf, people } from "./accounts.mjs";
import { api } from "./site.mjs";

let found;

/** Ads and categories of the demo world that the pages need: found once a process. */
export function world() {
  found ??= discover();
  return found;
}

async function discover() {
  const { data } = await api("GET", "/marketplace/search?limit=48&with_photo=true&facets=true");
  const listing = data.items.find((card) => card.picture_count > 1) ?? data.items[0];
  if (!listing) throw new Error("the demo world has no ads");
  const { data: tree } = await api("GET", "/marketplace/categories?lang=sr-Latn");
  const byId = new Map(tree.categories.map((category) => [category.id, category]));
  const slugs = (id) => {
    const category = byId.get(id);
    return category ? [...slugs(category.parent), category.slug] : [];
  };
  return { listing, seller: listing.seller.id, category: (id) => `/c/${slugs(id).join("/")}`, tree, answer: data };
}

/** A shop of the buyer's, opened once. */
async function shop() {
  const cookie = await cookieOf(people.buyer);
  const { data } = await api("GET", "/identity/shops", { cookie });
  const [first] = data.items;
  return first ?? (await api("POST", "/identity/shops", { cookie, body: { name: "Gume Petrović" } })).data;
}

/** `role`: whose session opens it, none for a visitor. `search`: machines may index it. */
export async function routes() {
  const { listing, seller, category } = await world();
  const { id: shopId } = await shop();
  return [
    { name: "home", path: "/", search: true },
    { name: "results", path: "/search" },
    { name: "results for words", path: "/search?q=stan" },
    { name: "results as a list", path: "/search?view=list" },
    { name: "results on a map", path: "/search?view=map" },
    { name: "no results", path: "/search?q=qxzzzqxz" },
    { name: "category", path: category("cars"), search: true, slugs: true },
    { name: "listing", path: `/listings/${listing.id}`, search: true, slugs: true },
    { name: "seller", path: `/sellers/${seller}`, search: true },
    ...["/help", "/safety", "/price-list", "/terms", "/privacy"].map((path) => ({ name: path, path, search: true })),
    ...[
      "/sign-in",
      "/sign-in?upstream=failed",
      "/sign-in/code",
      "/sign-in/code?sent=1",
      "/sign-in/factor?recovery=1&passkeys=1",
    ].map((path) => ({
      name: path,
      path,
    })),
    { name: "an account without a password", path: "/sign-up?passkey=1" },
    ...["/sign-up", "/recovery"].map((path) => ({ name: path, path })),
    { name: "recovery with a spent link", path: "/recover?token=spent" },
    { name: "verification with a spent link", path: "/verify?token=spent" },
    { name: "an invitation that is over", path: "/invitation?token=spent" },
    { name: "not found", path: "/nema-ovoga", status: 404 },
    { name: "offline", path: "/offline" },
    { name: "forbidden", path: "/staff", role: "buyer", status: 403 },
    ...[
      "",
      "/ads",
      "/favourites",
      "/searches",
      "/viewed",
      "/shops",
      "/settings",
      "/security",
      "/security/totp",
      "/security/codes",
      "/security/phone",
      "/security/phone?sent=1",
      "/keys",
      "/privacy",
    ].map((path) => ({
      name: `account${path}`,
      path: `/account${path}`,
      role: "buyer",
    })),
    { name: "a shop", path: `/account/shops/${shopId}`, role: "buyer" },
    { name: "a shop of others", path: "/account/shops/tenant_01jd8zk3vme7g9x0q4c5r6s7t8", role: "buyer", status: 404 },
    { name: "who one is, once more", path: "/step-up", role: "buyer" },
    { name: "post", path: "/post", role: "buyer" },
    { name: "a broken request of an application", path: "/connect?error=invalid_request" },
    { name: "a device's code", path: "/connect/device", role: "buyer" },
    { name: "a device's code in the address", path: "/connect/device?user_code=BCDF-GHJK", role: "buyer" },
    { name: "a device's code that was not typed", path: "/connect/device?typed=1", role: "buyer" },
    { name: "signing out for an application", path: "/connect/leave", role: "buyer" },
    ...["", "/queue", "/reports", "/appeals", "/audit"].map((path) => ({
      name: `staff${path}`,
      path: `/staff${path}`,
      role: "moderator",
    })),
    ...["/categories", "/categories/cars", "/rate", "/people", "/clients", "/keys"].map((path) => ({
      name: `staff${path}`,
      path: `/staff${path}`,
      role: "operator",
    })),
  ];
}
