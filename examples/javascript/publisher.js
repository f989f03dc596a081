/** Publishes the time to test-topic, once a second, until it is interrupted. */
import { connection } from "./connection.js";

const SECONDS = Number(process.env.WAMP_SECONDS ?? 1);
let clock;

connection.onopen = (session) => {
  console.log(`Joined ${session.realm}, publishing to test-topic`);
  clock = setInterval(() => {
    const message = `Message at time-stamp: ${new Date().toISOString()}`;
    session.publish("test-topic", [message]);
    console.log(message);
  }, SECONDS * 1000);
};

// Autobahn connects again by itself when the connection is lost.
connection.onclose = () => clearInterval(clock);

connection.open();
