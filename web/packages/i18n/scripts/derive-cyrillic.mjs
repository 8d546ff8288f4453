// Derives generated/sr-Cyrl.json and the Cyrillic documents from the Latin ones.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { TYPE, parse } from "@formatjs/icu-messageformat-parser";
import { printAST } from "@formatjs/icu-messageformat-parser/printer.js";
import { toCyrillic } from "../src/cyrillic.mjs";

const at = (path) => new URL(`../${path}`, import.meta.url);
const staysLatin = new Set(
  readFileSync(at("data/exceptions.txt"), "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith("#")),
);

function convert(elements) {
  for (const element of elements) {
    if (element.type === TYPE.literal) element.value = toCyrillic(element.value, staysLatin);
    else if (element.type === TYPE.plural || element.type === TYPE.select) {
      for (const option of Object.values(element.options)) convert(option.value);
    } else if (element.type === TYPE.tag) convert(element.children);
  }
  return elements;
}

const message = (text) => printAST(convert(parse(text)));
const plain = (text) => toCyrillic(text, staysLatin);

function each(node, change) {
  if (typeof node === "string") return change(node);
  if (Array.isArray(node)) return node.map((child) => each(child, change));
  const kept = (key, child) => (key === "href" ? child : each(child, change));
  return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, kept(key, child)]));
}

const read = (path) => JSON.parse(readFileSync(at(path), "utf8"));
const write = (path, value) => writeFileSync(at(path), `${JSON.stringify(value, null, 2)}\n`);

mkdirSync(at("generated/documents"), { recursive: true });
write("generated/sr-Cyrl.json", each(read("messages/sr.json"), message));
for (const name of readdirSync(at("documents"))) {
  if (name.endsWith(".sr.json")) {
    write(`generated/documents/${name.replace(".sr.json", ".sr-Cyrl.json")}`, each(read(`documents/${name}`), plain));
  }
}
