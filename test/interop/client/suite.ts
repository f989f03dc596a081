/** What each client must be able to do through the router: one suite for every library and every serializer it has. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Router } from "../router.ts";
import { args, CallFailure, type Client, type ClientKind, fresh, kwargs } from "./client.ts";

export function suite(kind: ClientKind, router: () => Router): void {
  describe(kind.name, () => {
    let one: Client;
    let other: Client;
    beforeAll(async () => {
      one = await kind.open(router());
      other = await kind.open(router());
    });
    afterAll(async () => {
      await one?.close();
      await other?.close();
    });

    test("ten events arrive in order, with their keyword arguments", async () => {
      const topic = fresh("topic");
      const { events } = await one.subscribe(topic);
      const sent = Array.from({ length: 10 }, (_, number) => ({
        args: [`message ${number}`, number],
        kwargs: { last: number === 9 },
      }));
      await Promise.all(sent.map((payload) => other.publish(topic, payload)));
      const seen = await events.take(10);
      expect(seen.map(({ args, kwargs }) => ({ args, kwargs }))).toEqual(sent);
    });

    test("a publisher does not get its own event", async () => {
      const topic = fresh("topic");
      const { events } = await one.subscribe(topic);
      await one.publish(topic, args("mine"));
      await other.publish(topic, args("theirs"));
      expect((await events.next()).args).toEqual(["theirs"]);
    });

    test("a prefix subscription gets what begins so, and is told the topic", async () => {
      const prefix = fresh("building");
      const { events } = await one.subscribe(prefix, "prefix");
      await other.publish("com.example.elsewhere", args("no"));
      await other.publish(`${prefix}.floor2.room7`, args(21.5));
      expect(await events.next()).toEqual({ ...args(21.5), topic: `${prefix}.floor2.room7` });
      expect(events.left).toBe(0);
    });

    test("a wildcard subscription gets what has anything in the empty place, and is told the topic", async () => {
      const building = fresh("building");
      const { events } = await one.subscribe(`${building}..temperature`, "wildcard");
      await other.publish(`${building}.room7.humidity`, args("no"));
      await other.publish(`${building}.room7.temperature`, args(21.5));
      expect(await events.next()).toEqual({ ...args(21.5), topic: `${building}.room7.temperature` });
      expect(events.left).toBe(0);
    });

    test("nothing arrives after unsubscribing", async () => {
      const topic = fresh("topic");
      const ended = await one.subscribe(topic);
      await ended.unsubscribe();
      const marker = await one.subscribe(`${topic}.marker`);
      await other.publish(topic, args("too late"));
      await other.publish(`${topic}.marker`, args("marker"));
      await marker.events.next();
      expect(ended.events.left).toBe(0);
    });

    test("a subscription and a registration outlive the sleep of the realm", async () => {
      const name = fresh("asleep");
      const { events } = await one.subscribe(name);
      await one.register(name, ({ args: [question] }) => args(question, "answer"));
      await router().evict("hibernate");
      await other.publish(name, args("after the sleep"));
      expect((await events.next()).args).toEqual(["after the sleep"]);
      expect(await other.call(name, args("question"))).toEqual(args("question", "answer"));
    });

    test("a call brings its positional arguments and gets its result", async () => {
      const procedure = fresh("add");
      await one.register(procedure, ({ args: [a, b] }) => args(Number(a) + Number(b)));
      expect(await other.call(procedure, args(2, 3))).toEqual(args(5));
    });

    test("a call brings its keyword arguments and gets a keyword result", async () => {
      const procedure = fresh("greet");
      await one.register(procedure, ({ kwargs: { name, language } }) =>
        kwargs({ greeting: `${language === "de" ? "Hallo" : "Hello"}, ${name}!`, language }),
      );
      const result = await other.call(procedure, kwargs({ name: "Ada", language: "de" }));
      expect(result).toEqual(kwargs({ greeting: "Hallo, Ada!", language: "de" }));
    });

    test("a call that fails gets the error's URI, arguments and keyword arguments", async () => {
      const procedure = fresh("divide");
      const failure = new CallFailure("com.example.error.division_by_zero", {
        args: [1, 0],
        kwargs: { hint: "divide by something else" },
      });
      await one.register(procedure, () => {
        throw failure;
      });
      await expect(other.call(procedure, args(1, 0))).rejects.toMatchObject({
        uri: failure.uri,
        payload: failure.payload,
      });
    });

    test("a call of what nobody offers fails with wamp.error.no_such_procedure", async () => {
      await expect(other.call(fresh("nobody"), args())).rejects.toMatchObject({
        uri: "wamp.error.no_such_procedure",
      });
    });

    test("a procedure is gone after unregistering, and may be registered anew", async () => {
      const procedure = fresh("add");
      const registration = await one.register(procedure, () => args("first"));
      await registration.unregister();
      await expect(other.call(procedure, args())).rejects.toMatchObject({
        uri: "wamp.error.no_such_procedure",
      });
      await other.register(procedure, () => args("second"));
      expect(await one.call(procedure, args())).toEqual(args("second"));
    });
  });
}
