// A person with a browser that runs no script: signs in, allows what is asked, and comes back to the client.
import { request } from "node:http";

const HOPS_MAX = 12;
const ANSWER_MS_MAX = 20_000;

export class Person {
  #cookies = new Map();

  constructor(issuer, email, password) {
    Object.assign(this, { issuer, email, password });
  }

  /** As a browser goes to a page; `fetch` would say of itself that it is a script. */
  #send(address, { method = "GET", body, type = "application/x-www-form-urlencoded" } = {}) {
    const url = new URL(address);
    const jar = [...this.#cookies].filter(([key]) => key.startsWith(`${url.host} `));
    const headers = {
      accept: "text/html,application/json",
      origin: url.origin,
      cookie: jar.map(([key, value]) => `${key.split(" ")[1]}=${value}`).join("; "),
      ...(body === undefined ? {} : { "content-type": type, "content-length": Buffer.byteLength(body) }),
    };
    return new Promise((resolve, reject) => {
      const asked = request(url, { method, headers, signal: AbortSignal.timeout(ANSWER_MS_MAX) }, (answer) => {
        for (const line of answer.headers["set-cookie"] ?? []) {
          const [pair] = line.split(";");
          const cut = pair.indexOf("=");
          this.#cookies.set(`${url.host} ${pair.slice(0, cut)}`, pair.slice(cut + 1));
        }
        const chunks = [];
        answer.on("data", (chunk) => chunks.push(chunk)).on("error", reject);
        answer.on("end", () =>
          resolve({
            status: answer.statusCode,
            location: answer.headers.location,
            text: Buffer.concat(chunks).toString(),
          }),
        );
      });
      asked.on("error", reject).end(body);
    });
  }

  async signIn() {
    const body = JSON.stringify({ email: this.email, password: this.password });
    const url = `${this.issuer}/api/v1/identity/sign-in`;
    const answer = await this.#send(url, { method: "POST", body, type: "application/json" });
    if (answer.status !== 200) throw new Error(`sign-in answered ${answer.status}: ${answer.text}`);
    return this;
  }

  /** Follows an address until it leads to `back`; answers that address. With `back` null until a page stands. */
  async follow(start, back) {
    let url = String(start);
    for (let hop = 0; hop < HOPS_MAX; hop += 1) {
      if (back && url.startsWith(back)) return new URL(url);
      let answer;
      const page = new URL(url);
      if (url.startsWith(this.issuer) && page.pathname.endsWith("/connect") && page.searchParams.has("request")) {
        answer = await this.#send(`${this.issuer}/oauth/decide`, {
          method: "POST",
          body: new URLSearchParams({ request: page.searchParams.get("request"), decision: "allow" }).toString(),
        });
      } else {
        answer = await this.#send(url);
      }
      if (!answer.location) {
        if (back) throw new Error(`${url} answered ${answer.status} and leads nowhere: ${answer.text}`);
        return { url, status: answer.status, text: answer.text };
      }
      url = new URL(answer.location, url).href;
    }
    throw new Error(`led around in circles, at last to ${url}`);
  }
}
