import { Bell, Bot, Clock, Heart, KeyRound, type LucideIcon, Settings, ShieldCheck, Store, Tag } from "lucide-react";

/** The pages of an account, in the order of the menus. */
export const sections = [
  { id: "ads", path: "/account/ads", icon: Tag },
  { id: "favourites", path: "/account/favourites", icon: Heart },
  { id: "searches", path: "/account/searches", icon: Bell },
  { id: "viewed", path: "/account/viewed", icon: Clock },
  { id: "shops", path: "/account/shops", icon: Store },
  { id: "settings", path: "/account/settings", icon: Settings },
  { id: "security", path: "/account/security", icon: KeyRound },
  { id: "keys", path: "/account/keys", icon: Bot },
  { id: "privacy", path: "/account/privacy", icon: ShieldCheck },
] as const satisfies readonly { id: string; path: string; icon: LucideIcon }[];
