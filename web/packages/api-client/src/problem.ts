import type { Challenge, Problem, ProblemError } from "./types";

/** An answer of the API that is not a success, or no answer at all (`status` 0, code `offline`). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: ProblemError[];
  readonly requestId: string | undefined;
  readonly challenge: Challenge | undefined;

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.title ?? `HTTP ${status}`);
    this.name = "ApiError";
    this.status = status;
    this.code = problem.code ?? (status === 0 ? "offline" : `http.${status}`);
    this.errors = problem.errors ?? [];
    this.requestId = problem.request_id;
    this.challenge = problem.challenge;
  }

  /** The message of a field, if the server named one. */
  field(name: string): string | undefined {
    return this.errors.find((error) => error.field === name || error.field === `/${name}`)?.message;
  }
}
