// Letters of the platform under test, read where a developer reads them.
import { base, eventually } from "./site.mjs";

/** The address in the newest letter to somebody that leads to `path`. */
export function linkTo(to, path) {
  return eventually(`a letter to ${to} with ${path}`, async () => {
    const response = await fetch(`${base}/dev/mail.json`);
    if (!response.ok) throw new Error(`/dev/mail.json: ${response.status}`);
    const letters = (await response.json()).filter((letter) => letter.to.includes(to));
    letters.sort((a, b) => b.at.localeCompare(a.at));
    for (const { text } of letters) {
      const link = text.match(/https?:\/\/\S+/g)?.find((one) => new URL(one).pathname.endsWith(path));
      if (link) return link;
    }
    return undefined;
  });
}

/** The code in the newest letter to somebody that has one. */
export function codeTo(to) {
  return eventually(`a code for ${to}`, async () => {
    const response = await fetch(`${base}/dev/mail.json`);
    if (!response.ok) throw new Error(`/dev/mail.json: ${response.status}`);
    const letters = (await response.json()).filter((letter) => letter.to.includes(to));
    letters.sort((a, b) => b.at.localeCompare(a.at));
    return letters.map(({ text }) => text.match(/^\d{6}$/m)?.[0]).find(Boolean);
  });
}
