/** Prints what is published to test-topic, until it is interrupted. */
import { connection } from "./connection.js";

connection.onopen = async (session) => {
  await session.subscribe("test-topic", ([message]) => console.log(message));
  console.log(`Joined ${session.realm}, subscribed to test-topic`);
};

connection.open();
