/** Makes a JSON Web Token, as a sign-in server of yours would with any JWT library: node token.js AUTHID ROLE SECONDS */
import { createHmac } from "node:crypto";

export function token({ authid, role, seconds, realm = "com.example.sensors" }) {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: "https://login.example.com/", aud: realm, sub: authid, role, exp: now + seconds };
  const text = [{ alg: "HS256", typ: "JWT" }, claims]
    .map((part) => base64url(JSON.stringify(part)))
    .join(".");
  return `${text}.${createHmac("sha256", process.env.JWT_SECRET).update(text).digest("base64url")}`;
}

function base64url(text) {
  return Buffer.from(text).toString("base64url");
}

if (process.argv[1]?.endsWith("token.js")) {
  const [authid, role, seconds] = process.argv.slice(2);
  console.log(token({ authid, role, seconds: Number(seconds) }));
}
