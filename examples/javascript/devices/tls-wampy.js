/** Signs in by a TLS client certificate with wampy 8 in Node. A browser shows the certificate that its user chooses. */
import { readFileSync } from "node:fs";
import { Wampy } from "wampy";
import { WebSocket } from "ws";

const { WAMP_URL, AUTHID } = process.env;
const certificate = { cert: readFileSync("device.pem"), key: readFileSync("device.key") };

class CertifiedWebSocket extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols, certificate);
  }
}

const wampy = new Wampy(WAMP_URL, {
  ws: CertifiedWebSocket,
  realm: decodeURIComponent(WAMP_URL.split("/").at(-1)),
  authmethods: ["tls"],
  authid: AUTHID,
  onChallenge: () => "", // there is none
});

try {
  const { authid, authrole } = await wampy.connect();
  console.log(`signed in as ${authid}, role ${authrole}`);
  await wampy.disconnect();
} catch (error) {
  if (!error.errorUri) throw error;
  console.log(`refused: ${error.errorUri}: ${error.details?.message}`);
}
