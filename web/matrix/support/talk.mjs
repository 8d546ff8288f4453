import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const TALK_MS_MAX = 60_000;

/** A client in another language: it writes `GO <address>` and reads where the person came back to; `DID <what>` tells what passed. */
export async function talk(command, args, env, { person, back, did }) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((resolve, reject) => child.once("error", reject).once("exit", resolve));
  const timer = setTimeout(() => child.kill("SIGKILL"), TALK_MS_MAX);
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const [word, rest] = [line.split(" ", 1)[0], line.slice(line.indexOf(" ") + 1)];
      if (word === "GO") child.stdin.write(`${await person.follow(rest, back)}\n`);
      else if (word === "DID") did(rest);
      else console.log(`    ${line}`);
    }
    const code = await ended;
    if (code !== 0) throw new Error(`${command} ended with ${code}`);
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
  }
}
