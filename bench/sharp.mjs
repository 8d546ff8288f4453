// The same variants by sharp on one core, by the same plan: the photo is decoded once into the largest, the smaller ones come from
// that; prints the processor's seconds. node sharp.mjs FOLDER_OF_SHARP PHOTO ROUNDS
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [folder, file, rounds] = process.argv.slice(2);
const sharp = createRequire(join(folder, "package.json"))(folder);
sharp.concurrency(1);
sharp.cache(false);
const bytes = readFileSync(file);

const pixels = (image) => image.raw().toBuffer({ resolveWithObject: true });

for (let round = 0; round < Number(rounds); round += 1) {
  const began = process.cpuUsage();
  const largest = await pixels(sharp(bytes).rotate().toColourspace("srgb").resize({ width: 1920 }));
  for (const width of [1920, 1280, 640, 320, 160]) {
    const from = () => sharp(largest.data, { raw: largest.info });
    const { data, info } = width === 1920 ? largest : await pixels(from().resize({ width }));
    const again = () => sharp(data, { raw: info });
    await again().jpeg({ quality: 80, chromaSubsampling: "4:2:0" }).toBuffer();
    await again().webp({ quality: 78, effort: 4 }).toBuffer();
  }
  const { user, system } = process.cpuUsage(began);
  console.log((user + system) / 1e6);
}
