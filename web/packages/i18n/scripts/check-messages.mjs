// Fails when a language misses a message, has one too many or uses other placeholders, and when no source uses a message.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { TYPE, parse } from "@formatjs/icu-messageformat-parser";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const read = (path) => JSON.parse(readFileSync(at(path), "utf8"));
const problems = [];

function flatten(node, prefix = "", out = new Map()) {
  for (const [key, value] of Object.entries(node)) {
    const path = prefix ? `${prefix}.${key}` : key;
    if (typeof value === "string") out.set(path, value);
    else flatten(value, path, out);
  }
  return out;
}

function shape(elements, out = new Set()) {
  for (const element of elements) {
    if (element.type === TYPE.literal || element.type === TYPE.pound) continue;
    out.add(element.type === TYPE.tag ? `<${element.value}>` : element.value);
    if (element.type === TYPE.plural || element.type === TYPE.select) {
      for (const option of Object.values(element.options)) shape(option.value, out);
    } else if (element.type === TYPE.tag) shape(element.children, out);
  }
  return out;
}

const plurals = { sr: ["one", "few", "other"], ru: ["one", "few", "many", "other"], en: ["one", "other"] };
function pluralForms(language, key, elements) {
  for (const element of elements) {
    if (element.type === TYPE.plural) {
      for (const form of plurals[language]) {
        if (!element.options[form]) problems.push(`${language}: ${key} has no plural form "${form}"`);
      }
    }
    if (element.options) for (const option of Object.values(element.options)) pluralForms(language, key, option.value);
  }
}

const languages = Object.fromEntries(["sr", "ru", "en"].map((l) => [l, flatten(read(`messages/${l}.json`))]));
for (const [language, messages] of Object.entries(languages)) {
  for (const [key, text] of messages) {
    let ast;
    try {
      ast = parse(text);
    } catch (error) {
      problems.push(`${language}: ${key} is not ICU: ${error.message}`);
      continue;
    }
    pluralForms(language, key, ast);
    const other = languages.sr.get(key);
    if (other === undefined) problems.push(`${language}: ${key} is not in sr.json`);
    else if ([...shape(ast)].sort().join() !== [...shape(parse(other))].sort().join()) {
      problems.push(`${language}: ${key} has other placeholders than sr.json`);
    }
  }
  for (const key of languages.sr.keys()) if (!messages.has(key)) problems.push(`${language}: ${key} is missing`);
}

function sources(folder, out = []) {
  for (const name of readdirSync(folder)) {
    if (name === "node_modules" || name.startsWith(".")) continue;
    const path = `${folder}/${name}`;
    if (statSync(path).isDirectory()) sources(path, out);
    else if (/\.(ts|tsx|mts|mjs)$/.test(name)) out.push(readFileSync(path, "utf8"));
  }
  return out;
}

// A key counts as used when one file names its namespace and holds the rest of the key, whole or as the head of a template.
const files = [...sources(at("../../apps/site/src")), ...sources(at("../ui/src"))];
const used = (key) => {
  const parts = key.split(".");
  return files.some((source) => {
    for (let cut = 1; cut < parts.length; cut += 1) {
      const namespace = parts.slice(0, cut).join(".");
      if (!source.includes(`"${namespace}"`) && !source.includes(`${namespace}.`)) continue;
      const rest = parts.slice(cut);
      if (source.includes(`"${rest.join(".")}"`) || source.includes(`"${key}"`)) return true;
      for (let head = rest.length - 1; head >= 0; head -= 1) {
        const stem = rest.slice(0, head).join(".");
        if (source.includes(head ? `\`${stem}.\${` : `t(\`\${`)) return true;
      }
    }
    return false;
  });
};
for (const key of languages.sr.keys()) if (!used(key)) problems.push(`unused: ${key}`);

if (problems.length > 0) {
  process.stderr.write(`${problems.join("\n")}\n${problems.length} problem(s) in the messages\n`);
  process.exit(1);
}
process.stdout.write(`${languages.sr.size} messages in three languages\n`);
