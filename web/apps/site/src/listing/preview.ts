import "server-only";

import { deflateSync } from "node:zlib";
import { thumbHashToRGBA } from "thumbhash";

const EDGE = 8;
const KEPT_MAX = 2000;
const kept = new Map<string, string>();

/** A thumbhash as a data: URL of an 8 × 8 PNG (≈ 250 bytes); the browser smooths it. */
export function previewOf(thumbhash: string | undefined | null): string | undefined {
  if (!thumbhash) return undefined;
  const known = kept.get(thumbhash);
  if (known) return known;
  let url: string;
  try {
    const { w, h, rgba } = thumbHashToRGBA(Buffer.from(thumbhash, "base64"));
    url = `data:image/png;base64,${png(shrink(w, h, rgba)).toString("base64")}`;
  } catch {
    return undefined;
  }
  if (kept.size >= KEPT_MAX) kept.clear();
  kept.set(thumbhash, url);
  return url;
}

function shrink(w: number, h: number, rgba: Uint8Array): Buffer {
  const rows = Buffer.alloc(EDGE * (1 + EDGE * 3));
  for (let y = 0; y < EDGE; y += 1) {
    for (let x = 0; x < EDGE; x += 1) {
      const from = (Math.floor(((y + 0.5) * h) / EDGE) * w + Math.floor(((x + 0.5) * w) / EDGE)) * 4;
      const to = y * (1 + EDGE * 3) + 1 + x * 3;
      for (let c = 0; c < 3; c += 1) rows[to + c] = rgba[from + c] ?? 0;
    }
  }
  return rows;
}

function png(rows: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(EDGE, 0);
  header.writeUInt32BE(EDGE, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

function crc32(data: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
