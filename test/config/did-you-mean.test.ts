import { expect, test } from "vitest";
import { didYouMean, distance } from "../../src/config/did-you-mean.ts";

test.each([
  ["", "", 0],
  ["", "abc", 3],
  ["abc", "abc", 0],
  ["abc", "abd", 1],
  ["abc", "abcd", 1],
  ["abc", "bc", 1],
  ["abc", "acb", 1],
  ["ab", "ba", 1],
  ["ca", "abc", 3], // of the two ways to count, the one that changes no letter twice
  ["kitten", "sitting", 3],
  ["anonymous", "anonymuos", 1],
])("RULE-03 from %j to %j it is %i letters", (one, other, apart) => {
  expect(distance(one, other)).toBe(apart);
  expect(distance(other, one)).toBe(apart);
});

test.each<[written: string, names: string[], meant: string | undefined]>([
  ["alow", ["call", "allow"], "allow"],
  ["ALLOW", ["allow"], "allow"],
  ["single-session", ["singleSession"], "singleSession"],
  ["authrole", ["role", "authid"], "role"],
  ["authrole", ["roles", "authid"], undefined], // an alias counts only where what it stands for is
  ["x", ["y"], "y"], // one letter is always allowed
  ["xy", ["ab"], undefined],
  ["abcdef", ["abcdxy"], "abcdxy"],
  ["abcde", ["abxye"], undefined],
  ["subscirbe", ["publish", "subscribe"], "subscribe"],
  ["role", ["rule", "roles"], "roles"], // an alias goes before what is as near
  ["colr", ["cola", "colr2", "color"], "cola"], // of several as near, the first
  ["anything", [], undefined],
  ["ROLE", ["roles", "role"], "role"], // the same name goes before what it is an alias of
])("RULE-03 %j among %j means %j", (written, names, meant) => {
  expect(didYouMean(written, names)).toBe(meant);
});
