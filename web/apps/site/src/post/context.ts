import type { Category } from "@svetu/api-client/types";
import { createContext, useContext } from "react";
import type { Form } from "./form";

/** What every field of the wizard stands on. */
export interface Wizard {
  form: Form;
  set: (changes: Partial<Form>) => void;
  /** Of the chosen category; null until it is read. */
  category: Category | null;
  /** What is wrong, by JSON Pointer. */
  faults: ReadonlyMap<string, string>;
}

export const WizardContext = createContext<Wizard | null>(null);

export function useWizard(): Wizard {
  const wizard = useContext(WizardContext);
  if (!wizard) throw new Error("a field outside of the wizard");
  return wizard;
}

/** The id of the control that a JSON Pointer names. */
export const idOf = (pointer: string) => `ad${pointer.replaceAll("/", "-")}`;
