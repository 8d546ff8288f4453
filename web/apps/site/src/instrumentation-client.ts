// Runs before anything else of ours. What the page's sinks accept (`require-trusted-types-for 'script'` of proxy.ts): scripts
// and workers of this origin; markup only where it can make no element (React writes structured data so, with every `<`
// escaped) or is the empty script that React begins every script with.

interface Policies {
  createPolicy: (
    name: string,
    rules: { createScriptURL: (url: string) => string | null; createHTML: (html: string) => string | null },
  ) => unknown;
}

const { trustedTypes } = window as { trustedTypes?: Policies };
trustedTypes?.createPolicy("default", {
  createScriptURL: (url) => (new URL(url, location.href).origin === location.origin ? url : null),
  createHTML: (html) => (html.includes("<") && html !== "<script></script>" ? null : html),
});
