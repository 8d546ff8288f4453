import { Bell, Bot, Clock, Heart, KeyRound, type LucideIcon, Settings, ShieldCheck, Store, Tag } from "lucide-react";

/**
 * The pages of an account, in the order of the menus. `own`: its person's alone; of whoever looks in their place the API refuses
 * what the page shows, and no menu leads there.
 */
export const sections = [
  { id: "ads", path: "/account/ads", icon: Tag },
  { id: "favourites", path: "/account/favourites", icon: Heart },
  { id: "searches", path: "/account/searches", icon: Bell },
  { id: "viewed", path: "/account/viewed", icon: Clock },
  { id: "shops", path: "/account/shops", icon: Store },
  { id: "settings", path: "/account/settings", icon: Settings },
  { id: "security", path: "/account/security", icon: KeyRound, own: true },
  { id: "keys", path: "/account/keys", icon: Bot, own: true },
  { id: "privacy", path: "/account/privacy", icon: ShieldCheck, own: true },
] as const satisfies readonly { id: string; path: string; icon: LucideIcon; own?: true }[];

/** Those that somebody may open: all, or what remains while support looks in their place. */
export const sectionsFor = (standsIn: boolean) => sections.filter((section) => !(standsIn && "own" in section));
