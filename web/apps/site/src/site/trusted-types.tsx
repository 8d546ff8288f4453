import { headers } from "next/headers";

/**
 * What the page's sinks accept (`require-trusted-types-for 'script'`): scripts and workers of this origin; markup only where it
 * can make no element (React writes structured data so, with every `<` escaped) or is the empty script React itself begins with.
 */
const POLICY = `window.trustedTypes&&trustedTypes.createPolicy("default",{
createScriptURL:u=>new URL(u,location.href).origin===location.origin?u:null,
createHTML:h=>h.includes("<")&&h!=="<script></"+"script>"?null:h})`;

export async function TrustedTypes() {
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  return <script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: POLICY }} />;
}
