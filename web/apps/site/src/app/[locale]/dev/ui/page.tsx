import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { env } from "@/env";
import { Gallery } from "@/gallery/gallery";
import { pageLocale } from "@/i18n/page-locale";

interface Props {
  params: Promise<{ locale: string }>;
}

export const metadata: Metadata = { title: "UI", robots: { index: false } };

/** Every component in every state, with `SVETU_UI_GALLERY=1`. */
export default async function Ui({ params }: Props) {
  await pageLocale(params);
  if (!env.uiGallery()) notFound();
  return <Gallery />;
}
