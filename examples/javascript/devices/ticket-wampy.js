/** Signs in by ticket with wampy 8. The ticket may be a JSON Web Token. */
import { Wampy } from "wampy";
import { WebSocket } from "ws"; // in a browser leave it out

const { WAMP_URL = "ws://localhost:8080/ws/com.example.sensors", AUTHID, TICKET } = process.env;

const wampy = new Wampy(WAMP_URL, {
  ws: WebSocket,
  realm: decodeURIComponent(WAMP_URL.split("/").at(-1)),
  authmethods: ["ticket"],
  authid: AUTHID,
  onChallenge: () => TICKET,
});

try {
  const { authid, authrole } = await wampy.connect();
  console.log(`signed in as ${authid}, role ${authrole}`);
  await wampy.disconnect();
} catch (error) {
  if (!error.errorUri) throw error;
  console.log(`refused: ${error.errorUri}: ${error.details?.message}`);
}
