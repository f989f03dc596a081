/** Signs in by WAMP-CRA with wampy 8, whether the router keeps the secret salted or not. */
import { Wampy } from "wampy";
import { sign } from "wampy/wampcra.js";
import { WebSocket } from "ws"; // in a browser leave it out

const { WAMP_URL = "ws://localhost:8080/ws/com.example.sensors", AUTHID, SECRET } = process.env;

const wampy = new Wampy(WAMP_URL, {
  ws: WebSocket,
  realm: decodeURIComponent(WAMP_URL.split("/").at(-1)),
  authmethods: ["wampcra"],
  authid: AUTHID,
  authMode: "auto",
  authPlugins: { wampcra: sign(SECRET) },
});

try {
  const { authid, authrole } = await wampy.connect();
  console.log(`signed in as ${authid}, role ${authrole}`);
  await wampy.disconnect();
} catch (error) {
  if (!error.errorUri) throw error;
  console.log(`refused: ${error.errorUri}: ${error.details?.message}`);
}
