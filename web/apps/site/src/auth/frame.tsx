import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";

/** A narrow page for one form. */
export function AuthFrame(props: { title: ReactNode; lead?: ReactNode; children: ReactNode; after?: ReactNode }) {
  return (
    <div className="mx-auto w-full max-w-md px-4 pt-8 lg:pt-14">
      <h1 className="text-xl font-[700]">{props.title}</h1>
      {props.lead && <p className="mt-2 text-base text-quiet">{props.lead}</p>}
      <div className="mt-6">{props.children}</div>
      {props.after && <div className="mt-8 border-t border-line pt-5 text-base text-quiet">{props.after}</div>}
    </div>
  );
}

export async function formLabels() {
  const t = await getTranslations("auth");
  return { summary: t("summary"), show: t("showPassword"), hide: t("hidePassword") };
}

/** "Look into your mail": the same for every address. */
export function MailSent({ icon, title, children }: { icon: ReactNode; title: ReactNode; children: ReactNode }) {
  return (
    <div role="status" className="flex flex-col gap-3 rounded-card bg-surface p-5">
      <span
        aria-hidden
        className="grid size-12 place-items-center rounded-full bg-accent-soft text-accent [&>svg]:size-6"
      >
        {icon}
      </span>
      <h2 className="text-lg">{title}</h2>
      <div className="flex flex-col gap-2 text-base text-quiet">{children}</div>
    </div>
  );
}
