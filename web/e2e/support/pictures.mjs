// Small photos drawn for a test: a sky and a ground in colours that tell them apart, with noise, so that no two look alike.
import { deflateSync } from "node:zlib";

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
const crc = (data) => data.reduce((c, byte) => crcTable[(c ^ byte) & 255] ^ (c >>> 8), 0xffffffff) ^ 0xffffffff;

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc(body) >>> 0, body.length + 4);
  return out;
}

/** A PNG file as an upload: `{name, mimeType, buffer}`. */
export function picture(seed, width = 480, height = 360) {
  let state = (seed * 2654435761) >>> 0 || 1;
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const [sky, ground] = [0, 1].map(() => [random() * 255, random() * 255, random() * 255]);
  const horizon = height * (0.3 + random() * 0.4);
  const spots = Array.from({ length: 12 }, () => [
    random() * width,
    random() * height,
    15 + random() * 50,
    random() * 255,
  ]);
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * (1 + width * 3) + 1 + x * 3;
      const spot = spots.find(([cx, cy, r]) => (x - cx) ** 2 + (y - cy) ** 2 < r * r);
      const colour = y < horizon ? sky : ground;
      for (let c = 0; c < 3; c += 1) rows[at + c] = spot ? (spot[3] + c * 40) % 255 : colour[c];
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const buffer = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
  return { name: `slika-${seed}.png`, mimeType: "image/png", buffer };
}
