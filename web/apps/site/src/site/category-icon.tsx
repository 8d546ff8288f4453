import { icons, Tag } from "lucide-react";

/** The icon that the taxonomy names (`car`, `house-plug`), drawn by lucide; a tag where it names none. */
export function CategoryIcon({ name, className }: { name?: string | null; className?: string }) {
  const key = (name ?? "")
    .split("-")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");
  const Icon = (icons as Record<string, typeof Tag>)[key] ?? Tag;
  return <Icon aria-hidden className={className} />;
}
