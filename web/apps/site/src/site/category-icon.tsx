import * as lucide from "lucide-react";

/**
 * The icon that the taxonomy names (`car`, `house-plug`), drawn by lucide; a tag where it names none.
 * The exports keep the names that lucide has changed since; its list `icons` does not.
 */
export function CategoryIcon({ name, className }: { name?: string | null; className?: string }) {
  const key = (name ?? "")
    .split("-")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");
  const Icon = (lucide as unknown as Record<string, lucide.LucideIcon | undefined>)[key] ?? lucide.Tag;
  return <Icon aria-hidden className={className} />;
}
