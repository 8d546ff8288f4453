// Letters of the platform under test, read where a developer reads them.
import { base, eventually } from "./site.mjs";

/** What `find` finds in the newest letter to somebody that has it. */
function inLetters(what, to, find) {
  return eventually(what, async () => {
    const response = await fetch(`${base}/dev/mail.json`);
    if (!response.ok) throw new Error(`/dev/mail.json: ${response.status}`);
    const letters = (await response.json()).filter((letter) => letter.to.includes(to));
    letters.sort((a, b) => b.at.localeCompare(a.at));
    return letters.map(({ text }) => find(text)).find(Boolean);
  });
}

/** The address in the newest letter to somebody that leads to `path`. */
export const linkTo = (to, path) =>
  inLetters(`a letter to ${to} with ${path}`, to, (text) =>
    text.match(/https?:\/\/\S+/g)?.find((one) => new URL(one).pathname.endsWith(path)),
  );

/** The code in the newest letter to somebody that has one. */
export const codeTo = (to) => inLetters(`a code for ${to}`, to, (text) => text.match(/^\d{6}$/m)?.[0]);
