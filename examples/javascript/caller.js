/** Calls the three procedures of a callee, prints what comes back, and leaves. */
import { connection } from "./connection.js";

async function callAll(session) {
  const total = await session.call("com.example.add", [2, 3]);
  console.log(`com.example.add: ${total}`);

  const { kwargs } = await session.call("com.example.greet", [], { name: "Ada", language: "de" });
  console.log(`com.example.greet: ${kwargs.greeting} (${kwargs.language})`);

  try {
    await session.call("com.example.divide", [1, 0]);
  } catch ({ error, args, kwargs }) {
    console.log(`com.example.divide: ${error} ${JSON.stringify(args)} ${JSON.stringify(kwargs)}`);
  }
}

connection.onopen = async (session) => {
  try {
    await callAll(session);
  } catch ({ error, args }) {
    console.error(`${error}: ${args.join(", ")}`); // as when no callee is running
    process.exitCode = 1;
  }
  connection.close();
};

connection.open();
