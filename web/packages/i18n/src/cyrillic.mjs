const LETTERS = {
  a: "а",
  b: "б",
  c: "ц",
  č: "ч",
  ć: "ћ",
  d: "д",
  đ: "ђ",
  e: "е",
  f: "ф",
  g: "г",
  h: "х",
  i: "и",
  j: "ј",
  k: "к",
  l: "л",
  m: "м",
  n: "н",
  o: "о",
  p: "п",
  r: "р",
  s: "с",
  š: "ш",
  t: "т",
  u: "у",
  v: "в",
  z: "з",
  ž: "ж",
};
const DIGRAPHS = { lj: "љ", nj: "њ", dž: "џ" };
/** Where two letters are two sounds: in-jekcija, nad-živeti. */
const SPLIT = ["injek", "injekc", "konjug", "konjunk", "tanjug", "nadživ", "odživ", "podžanr", "nadžnj"];
const STAYS = /[qwxy\d@]|:\/\/|\w\.\w/i;

const upper = (letter) => letter.toUpperCase();

function word(text) {
  const lower = text.toLowerCase();
  const split = new Set();
  for (const part of SPLIT) {
    const at = lower.indexOf(part);
    if (at >= 0) {
      const inner = part.search(/nj|dž|lj/);
      split.add(at + inner);
    }
  }
  let out = "";
  for (let i = 0; i < text.length; i += 1) {
    const pair = lower.slice(i, i + 2);
    if (DIGRAPHS[pair] && !split.has(i)) {
      out += text[i] === lower[i] ? DIGRAPHS[pair] : upper(DIGRAPHS[pair]);
      i += 1;
      continue;
    }
    const letter = LETTERS[lower[i]];
    out += letter ? (text[i] === lower[i] ? letter : upper(letter)) : text[i];
  }
  return out;
}

export function toCyrillic(text, staysLatin) {
  return text
    .split(/(\s+|[()[\]„“"«»,;!?—–/…]+|:(?!\/\/)|\.(?=\s|$))/u)
    .map((piece) => (!piece || STAYS.test(piece) || staysLatin.has(piece.toLowerCase()) ? piece : word(piece)))
    .join("");
}

const BACK = new Map([
  ...Object.entries(LETTERS).map(([latin, cyrillic]) => [cyrillic, latin]),
  ...Object.entries(DIGRAPHS).map(([latin, cyrillic]) => [cyrillic, latin]),
]);

export function toLatin(text) {
  const letters = [...text];
  return letters
    .map((letter, i) => {
      const lower = letter.toLowerCase();
      const latin = BACK.get(lower);
      if (!latin) return letter;
      if (letter === lower) return latin;
      const next = letters[i + 1];
      const shouting = next !== undefined && next !== next.toLowerCase();
      return shouting ? latin.toUpperCase() : latin[0].toUpperCase() + latin.slice(1);
    })
    .join("");
}
