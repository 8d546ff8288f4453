import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { me } from "@/api/server";
import { pageLocale } from "@/i18n/page-locale";
import { StaffNav } from "@/staff/nav";
import { roomsOf } from "@/staff/rooms";

interface Props {
  children: ReactNode;
  params: Promise<{ locale: string }>;
}

export const metadata: Metadata = { robots: { index: false, follow: false } };

/** Each page keeps its own door (`staff(…)`); the layout shows the rooms that are open to this person. */
export default async function StaffLayout({ children, params }: Props) {
  const locale = await pageLocale(params);
  const [t, person] = await Promise.all([getTranslations("staff"), me(locale)]);
  const rooms = roomsOf(person?.roles ?? []);
  if (rooms.length === 0) return children;
  return (
    <div className="container-page grid grid-cols-[minmax(0,1fr)] gap-4 pt-4 lg:grid-cols-[12rem_minmax(0,1fr)] lg:gap-8 lg:pt-6">
      <StaffNav
        locale={locale}
        label={t("rooms.label")}
        rooms={rooms.map(({ id, path }) => ({ path, text: t(`rooms.${id}`) }))}
      />
      <div className="min-w-0">{children}</div>
    </div>
  );
}
