import { expect, test } from "vitest";
import { Scene } from "./scene.ts";

test("BRK-16 each subscriber gets the publisher's arguments unchanged", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  expect(scene.send("bob", 32, 1, {}, "com.x")).toEqual({ bob: [[33, 1, 1]] });
  expect(scene.send("carol", 32, 1, {}, "com.x")).toEqual({ carol: [[33, 1, 1]] });
  expect(scene.send("alice", 16, 1, {}, "com.x", ["hi"], { loud: true })).toEqual({
    bob: [[36, 1, 1001, {}, ["hi"], { loud: true }]],
    carol: [[36, 1, 1001, {}, ["hi"], { loud: true }]],
  });
});
