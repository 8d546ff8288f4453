import { relyingParty } from "./app.mjs";

const { ISSUER = "http://localhost:8080", CLIENT_ID, CLIENT_SECRET, PORT = "9000" } = process.env;
if (!CLIENT_ID || !CLIENT_SECRET) {
  process.stderr.write("CLIENT_ID and CLIENT_SECRET are not set: see README.md\n");
  process.exit(2);
}
const own = `http://127.0.0.1:${PORT}`;
const server = await relyingParty({ own, issuer: ISSUER, id: CLIENT_ID, secret: CLIENT_SECRET });
server.listen(Number(PORT), "127.0.0.1", () => process.stdout.write(`${own}\n`));
