"use client";

import { Avatar } from "@svetu/ui/avatar";
import { Badge, Notice } from "@svetu/ui/badge";
import { Button, type ButtonVariant } from "@svetu/ui/button";
import { ChipContent, chipClass } from "@svetu/ui/chip";
import { Checkbox, describedBy, Field, Input, Select, Textarea } from "@svetu/ui/field";
import { ListingCard, type ListingCardProps } from "@svetu/ui/listing-card";
import { Pagination } from "@svetu/ui/pagination";
import { PriceText } from "@svetu/ui/price-text";
import { CardSkeleton, Skeleton } from "@svetu/ui/skeleton";
import { EmptyState, ErrorState } from "@svetu/ui/state";
import { CloudAlert, PackageOpen, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { Dialogs, Hearts, TabsSample, Themes, Toasts } from "./moving";
import { cyrillic, latin, long } from "./samples";

const VARIANTS: ButtonVariant[] = ["primary", "secondary", "quiet", "danger"];
const TONES = ["neutral", "accent", "good", "warning", "danger"] as const;
const COLOURS = [
  "bg",
  "surface",
  "raised",
  "line",
  "control",
  "ink",
  "quiet",
  "accent",
  "accent-soft",
  "good",
  "warning",
  "danger",
];
const SIZES = ["text-xs", "text-sm", "text-base", "text-lg", "text-xl", "text-2xl"];

const card: Omit<ListingCardProps, "title"> = {
  href: "#",
  price: { price: "12.500 €", other: "1.464.678 RSD" },
  picture: null,
  pictureCount: 8,
  pictureCountLabel: "8 fotografija",
  attributes: ["2018.", "142.000 km"],
  place: "Novi Sad",
  age: "pre 3 sata",
  noPhotoLabel: "Bez fotografije",
};

/** The house's components, each in every state, in the theme of the page. */
export function Gallery() {
  return (
    <div className="container-page flex flex-col gap-10 pt-8">
      <h1 className="text-2xl font-[700]">packages/ui</h1>
      <Part title="Theme">
        <Themes />
      </Part>
      <Part title="Colours">
        {COLOURS.map((name) => (
          <figure key={name} className="w-24">
            <div style={{ background: `var(--${name})` }} className="h-12 rounded-control border border-line" />
            <figcaption className="mt-1 text-xs text-quiet">{name}</figcaption>
          </figure>
        ))}
      </Part>
      <Part title="Type" column>
        {SIZES.map((size) => (
          <p key={size} className={size}>
            {size}: Sve što tražite, na jednom mestu · <span lang="sr-Cyrl">Све што тражите: бгдпт</span> ·{" "}
            <span lang="ru">Всё, что вы ищете: бгдпт</span>
          </p>
        ))}
      </Part>
      <Part title="Button">
        {VARIANTS.map((variant) => (
          <div key={variant} className="flex flex-wrap items-center gap-3">
            <Button variant={variant} size="small">
              {variant}
            </Button>
            <Button variant={variant}>{variant}</Button>
            <Button variant={variant} size="large">
              {variant}
            </Button>
            <Button variant={variant} size="icon" aria-label={variant}>
              <Plus aria-hidden className="size-5" />
            </Button>
            <Button variant={variant} busy>
              busy
            </Button>
            <Button variant={variant} disabled>
              disabled
            </Button>
          </div>
        ))}
      </Part>
      <Part title="Field">
        <div className="grid w-full gap-5 sm:grid-cols-2 lg:grid-cols-3">
          <Field id="g-plain" label="Input" help="Help below">
            <Input {...describedBy("g-plain", true, false)} placeholder="Placeholder" />
          </Field>
          <Field id="g-wrong" label="Input, wrong" help="Help below" error="What to do about it.">
            <Input {...describedBy("g-wrong", true, true)} defaultValue="abc" />
          </Field>
          <Field id="g-off" label="Input, disabled" note="(optional)">
            <Input id="g-off" disabled defaultValue="12.500" />
          </Field>
          <Field id="g-select" label="Select">
            <Select id="g-select">
              <option>RSD</option>
              <option>EUR</option>
            </Select>
          </Field>
          <Field id="g-text" label="Textarea">
            <Textarea id="g-text" defaultValue={latin} />
          </Field>
          <fieldset>
            <legend className="text-sm font-[550]">Checkbox, radio</legend>
            <Checkbox label="On" note="1.240" defaultChecked />
            <Checkbox label="Off" note="12" />
            <Checkbox label="Disabled" disabled />
            <Checkbox kind="radio" name="g-radio" label="First" defaultChecked />
            <Checkbox kind="radio" name="g-radio" label="Second" />
          </fieldset>
        </div>
      </Part>
      <Part title="Chip">
        <button type="button" className={chipClass()}>
          Off
        </button>
        <button type="button" className={chipClass(true)}>
          <ChipContent>On</ChipContent>
        </button>
        <button type="button" className={chipClass(true)}>
          <ChipContent removable>Removable</ChipContent>
        </button>
      </Part>
      <Part title="Badge">
        {TONES.map((tone) => (
          <Badge key={tone} tone={tone}>
            {tone}
          </Badge>
        ))}
      </Part>
      <Part title="Notice" column>
        {TONES.map((tone) => (
          <Notice key={tone} tone={tone} title={tone}>
            What happened and what to do.
          </Notice>
        ))}
      </Part>
      <Part title="PriceText" column>
        <PriceText price="12.500 €" other="1.464.678 RSD" />
        <PriceText price="11.900 €" previous="12.500 €" previousLabel="Ranija cena" />
        <PriceText size="page" price="11.900 €" other="1.394.373 RSD" previous="12.500 €" previousLabel="Ranija cena" />
        <PriceText price="Po dogovoru" />
      </Part>
      <Part title="ListingCard, grid">
        <div className="grid w-full grid-cols-2 gap-x-3 gap-y-6 sm:grid-cols-3 lg:grid-cols-5">
          <ListingCard {...card} title={latin} heart={<Hearts />} />
          <ListingCard
            {...card}
            title={cyrillic}
            titleLang="sr-Cyrl"
            badge={{ text: "Rezervisano", tone: "warning" }}
          />
          <ListingCard {...card} title={long} price={{ price: "11.900 €", previous: "12.500 €" }} attributes={[]} />
          <CardSkeleton />
        </div>
      </Part>
      <Part title="ListingCard, list" column>
        <ListingCard {...card} title={latin} layout="list" heart={<Hearts />} />
      </Part>
      <Part title="Skeleton" column>
        <Skeleton className="h-11 w-64" />
        <Skeleton className="h-4 w-full" />
      </Part>
      <Part title="Avatar">
        <Avatar name="Jelena Đorđević" />
        <Avatar name="Петар" />
        <Avatar name="Prodavnica" picture="/icons/icon-192.png" />
      </Part>
      <Part title="HeartButton">
        <Hearts />
        <Hearts on />
      </Part>
      <Part title="Tabs" column>
        <TabsSample />
      </Part>
      <Part title="Dialog">
        <Dialogs />
      </Part>
      <Part title="Toast">
        <Toasts />
      </Part>
      <Part title="Pagination">
        <Pagination label="Pages" previous={{ href: "#", text: "Previous" }} next={{ href: "#", text: "Next" }} />
      </Part>
      <Part title="EmptyState, ErrorState">
        <EmptyState icon={<PackageOpen />} title="Nothing here yet" actions={<Button>Do something</Button>}>
          Why, and what can be done.
        </EmptyState>
        <ErrorState icon={<CloudAlert />} title="Something failed" actions={<Button variant="secondary">Again</Button>}>
          The way out.
        </ErrorState>
      </Part>
    </div>
  );
}

function Part({ title, column, children }: { title: string; column?: boolean; children: ReactNode }) {
  return (
    <section className="border-t border-line pt-4">
      <h2 className="mb-4 text-lg">{title}</h2>
      <div className={column ? "flex flex-col gap-4" : "flex flex-wrap items-start gap-4"}>{children}</div>
    </section>
  );
}
