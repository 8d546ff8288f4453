import type { Challenge } from "@svetu/api-client/types";

/** What a form knows after it was sent: kept by the browser, or written into the page when there is no script. */
export interface FormState {
  /** By the field's name. */
  errors: Record<string, string>;
  /** What is wrong with the whole. */
  message?: string;
  /** What was typed, but never a password. */
  values: Record<string, string>;
  done?: boolean;
  /** Recovery codes, shown once. */
  codes?: string[];
  /** Shown once, above the form. */
  secret?: string;
  /** An address that is no page of the site's: the browser itself goes there. */
  leave?: string;
  /** Sent again with the solution as `work`, the form counts; without script the person waits. */
  challenge?: Challenge;
}

export const untouched: FormState = { errors: {}, values: {} };
