/** Serves the page of this folder and the one library it loads: node serve.js [port] */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

const FILES = {
  "/": { type: "text/html; charset=utf-8", file: new URL("page.html", import.meta.url) },
  "/wampy.js": { type: "text/javascript; charset=utf-8", file: new URL(import.meta.resolve("wampy")) },
};

const server = createServer(async ({ url }, response) => {
  const found = FILES[new URL(url, "http://localhost").pathname];
  if (!found) return response.writeHead(404).end("not found\n");
  response.writeHead(200, { "Content-Type": found.type }).end(await readFile(found.file));
});

server.listen(Number(process.argv[2] ?? 8000), "127.0.0.1", () => {
  console.log(`Open http://localhost:${server.address().port}/ in a browser`);
});
