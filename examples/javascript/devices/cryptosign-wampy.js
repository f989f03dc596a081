/** Signs in by an Ed25519 key (WAMP-cryptosign) with wampy 8. */
import { Wampy } from "wampy";
import { sign } from "wampy/cryptosign.js";
import { WebSocket } from "ws"; // in a browser leave it out

const {
  WAMP_URL = "ws://localhost:8080/ws/com.example.sensors",
  AUTHID,
  PRIVATE_KEY,
  PUBLIC_KEY,
} = process.env;

const wampy = new Wampy(WAMP_URL, {
  ws: WebSocket,
  realm: decodeURIComponent(WAMP_URL.split("/").at(-1)),
  authmethods: ["cryptosign"],
  authid: AUTHID,
  authextra: { pubkey: PUBLIC_KEY },
  authMode: "auto",
  authPlugins: { cryptosign: sign(PRIVATE_KEY) },
});

try {
  const { authid, authrole } = await wampy.connect();
  console.log(`signed in as ${authid}, role ${authrole}`);
  await wampy.disconnect();
} catch (error) {
  if (!error.errorUri) throw error;
  console.log(`refused: ${error.errorUri}: ${error.details?.message}`);
}
