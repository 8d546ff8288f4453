"use client";

import clsx from "clsx";
import { Tabs as Primitive } from "radix-ui";
import type { ReactNode } from "react";

export interface TabsProps {
  label: string;
  tabs: { id: string; title: ReactNode; content: ReactNode }[];
  initial?: string;
}

export function Tabs({ label, tabs, initial }: TabsProps) {
  return (
    <Primitive.Root defaultValue={initial ?? tabs[0]?.id}>
      <Primitive.List aria-label={label} className={clsx(tabListClass)}>
        {tabs.map((tab) => (
          <Primitive.Trigger key={tab.id} value={tab.id} className={tabClass}>
            {tab.title}
          </Primitive.Trigger>
        ))}
      </Primitive.List>
      {tabs.map((tab) => (
        <Primitive.Content key={tab.id} value={tab.id} className="pt-4">
          {tab.content}
        </Primitive.Content>
      ))}
    </Primitive.Root>
  );
}

const tabListClass = "no-scrollbar flex gap-1 overflow-x-auto border-b border-line";
const tabClass = clsx(
  "-mb-px min-h-11 border-b-2 border-transparent px-3 text-base whitespace-nowrap text-quiet hover:text-ink",
  "data-[state=active]:border-accent data-[state=active]:text-ink focus-visible:-outline-offset-2",
);
