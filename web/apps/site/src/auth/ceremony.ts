/** The browser's half of WebAuthn: options and answers as JSON, as Level 3 gives and takes them. */

export interface Ceremony {
  options: { publicKey: Record<string, unknown> };
  state: string;
}

type Parser<T> = (options: Record<string, unknown>) => T;

interface Level3 {
  parseCreationOptionsFromJSON?: Parser<PublicKeyCredentialCreationOptions>;
  parseRequestOptionsFromJSON?: Parser<PublicKeyCredentialRequestOptions>;
  isConditionalMediationAvailable?: () => Promise<boolean>;
}

const level3 = (): Level3 | undefined =>
  typeof PublicKeyCredential === "undefined" ? undefined : (PublicKeyCredential as unknown as Level3);

export const canPasskeys = () => level3()?.parseRequestOptionsFromJSON !== undefined;

export async function canSuggest(): Promise<boolean> {
  return canPasskeys() && (await level3()?.isConditionalMediationAvailable?.()) === true;
}

const toJson = (credential: Credential | null): unknown =>
  credential === null ? null : (credential as PublicKeyCredential).toJSON();

/** `null` when the person turns it down. */
export async function createPasskey({ options }: Ceremony): Promise<unknown> {
  const publicKey = level3()?.parseCreationOptionsFromJSON?.(options.publicKey);
  if (!publicKey) return null;
  return toJson(await navigator.credentials.create({ publicKey }).catch(turnedDown));
}

/** `suggest`: offered beside the saved passwords, until the signal ends it. */
export async function getPasskey({ options }: Ceremony, suggest = false, signal?: AbortSignal): Promise<unknown> {
  const publicKey = level3()?.parseRequestOptionsFromJSON?.(options.publicKey);
  if (!publicKey) return null;
  const mediation = suggest ? ("conditional" as const) : undefined;
  return toJson(await navigator.credentials.get({ publicKey, mediation, signal }).catch(turnedDown));
}

function turnedDown(error: unknown): null {
  if (error instanceof DOMException) return null;
  throw error;
}
