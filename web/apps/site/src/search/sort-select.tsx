"use client";

import { Select } from "@svetu/ui/field";
import { useRouter, useSearchParams } from "next/navigation";
import { change, withQuery } from "./query";

export interface SortSelectProps {
  path: string;
  label: string;
  value: string;
  options: { value: string; text: string }[];
}

export function SortSelect({ path, label, value, options }: SortSelectProps) {
  const router = useRouter();
  const params = useSearchParams();
  return (
    <Select
      aria-label={label}
      value={value}
      onChange={(event) => {
        const next = change(new URLSearchParams(params), { sort: event.target.value });
        router.push(withQuery(path, next), { scroll: false });
      }}
      className="w-full sm:w-52"
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.text}
        </option>
      ))}
    </Select>
  );
}
