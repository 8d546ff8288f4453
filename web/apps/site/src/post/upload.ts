import { ApiError } from "@svetu/api-client/problem";
import type { Picture, Problem } from "@svetu/api-client/types";

const TIMEOUT_MS = 120_000;
/** A phone's photo is made this large before it travels: the largest variant is smaller still. */
const EDGE_MAX = 2560;
const SMALL_ENOUGH_BYTES = 1_500_000;
const QUALITY = 0.9;

/** Makes a large photo smaller in the browser, so that it goes up in a second on a phone. */
async function smaller(file: Blob): Promise<Blob> {
  if (file.size <= SMALL_ENOUGH_BYTES) return file;
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, EDGE_MAX / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    return blob && blob.size < file.size ? blob : file;
  } catch {
    // A kind of file that this browser cannot draw: the server says what it thinks of it.
    return file;
  }
}

/** Sends a photo and tells how much of it is there. `fetch` knows no progress of what it sends. */
export async function upload(file: Blob, signal: AbortSignal, onProgress: (share: number) => void): Promise<Picture> {
  const body = await smaller(file);
  signal.throwIfAborted();
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/v1/media/uploads");
    request.timeout = TIMEOUT_MS;
    request.setRequestHeader("accept", "application/json");
    request.setRequestHeader("accept-language", document.documentElement.lang);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      let answer: unknown;
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        answer = {};
      }
      if (request.status >= 200 && request.status < 300) done(answer as Picture);
      else fail(new ApiError(request.status, answer as Partial<Problem>));
    };
    request.onerror = () => fail(new ApiError(0, { title: "no answer" }));
    request.ontimeout = request.onerror;
    request.onabort = () => fail(new DOMException("aborted", "AbortError"));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(body);
  });
}
