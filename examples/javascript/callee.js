/** Offers three procedures, until it is interrupted: a sum, a greeting with keywords, a division that may fail. */
import autobahn from "autobahn";
import { connection } from "./connection.js";

const WORDS = { en: "Hello", de: "Hallo" };

function add([a, b]) {
  return a + b;
}

function greet(_args, { name, language = "en" }) {
  return new autobahn.Result([], { greeting: `${WORDS[language]}, ${name}!`, language });
}

function divide([a, b]) {
  if (b === 0) {
    throw new autobahn.Error("com.example.error.division_by_zero", [a, b], {
      hint: "divide by something else",
    });
  }
  return a / b;
}

connection.onopen = async (session) => {
  await session.register("com.example.add", add);
  await session.register("com.example.greet", greet);
  await session.register("com.example.divide", divide);
  console.log(`Joined ${session.realm}, three procedures registered`);
};

connection.open();
