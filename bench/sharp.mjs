// The same variants by sharp on one core: node sharp.mjs FOLDER_OF_SHARP PHOTO ROUNDS
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [folder, file, rounds] = process.argv.slice(2);
const sharp = createRequire(join(folder, "package.json"))(folder);
sharp.concurrency(1);
sharp.cache(false);
const bytes = readFileSync(file);
for (let round = 0; round < Number(rounds); round += 1) {
  const began = process.hrtime.bigint();
  for (const width of [160, 320, 640, 1280, 1920]) {
    const resized = sharp(bytes).rotate().toColourspace("srgb").resize({ width });
    await resized.clone().jpeg({ quality: 80, chromaSubsampling: "4:2:0" }).toBuffer();
    await resized.clone().webp({ quality: 78, effort: 4 }).toBuffer();
  }
  console.log(Number(process.hrtime.bigint() - began) / 1e9);
}
