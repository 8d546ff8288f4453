/** What libraries find as `process` in a browser: they read the environment, and there is none. */
export const env: Record<string, string | undefined> = {};
