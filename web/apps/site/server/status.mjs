// Lets a page say that it cannot do its work now: in Next.js a page alone has no say in its status.
import { AsyncLocalStorage } from "node:async_hooks";
import http from "node:http";

const answers = new AsyncLocalStorage();

/** Asked by src/site/unavailable.ts. What scripts of the site fetch to move within it stays a success: it is shown, not reloaded. */
globalThis[Symbol.for("svetu.unavailable")] = (retryAfterS) => {
  const answer = answers.getStore();
  if (!answer || answer.response.headersSent || answer.isPart) return;
  answer.status = 503;
  answer.response.setHeader("retry-after", String(retryAfterS));
};

function within(one, request, response) {
  const answer = { response, isPart: "rsc" in request.headers, status: undefined };
  const writeHead = response.writeHead;
  response.writeHead = (status, ...rest) => writeHead.call(response, answer.status ?? status, ...rest);
  return answers.run(answer, one, request, response);
}

const create = http.createServer;
http.createServer = (...given) =>
  create(
    ...given.map((one) => (typeof one === "function" ? (request, response) => within(one, request, response) : one)),
  );
