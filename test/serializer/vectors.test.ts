/**
 * The WAMP project's own test vectors (SER-20, R1). They are data beside this repository, not in it: where they are absent
 * this file says so, and test/wamp/message.test.ts is what covers each message type.
 */
import { describe, expect, test } from "vitest";
import { RAW_PAYLOAD, VECTORS, vectorChecks, WRITTEN_WITH_FEATURES } from "./vectors.ts";

const checks = vectorChecks();

// One title for them all: a checkout has them beside it or has not, and docs/conformance.md is the same for both.
describe("SER-20 the WAMP project's test vectors hold where they are at hand", () => {
  if (!checks) {
    console.log(
      `SER-20: no test vectors at ${VECTORS}; test/wamp/message.test.ts covers each message type without them`,
    );
    test(`there are none at ${VECTORS}, so test/wamp/message.test.ts has to do`, () => {
      expect(vectorChecks()).toBe(undefined);
    });
    return;
  }
  for (const [file, ofFile] of checks) {
    describe(file, () => {
      for (const { format, sample, fate, run } of ofFile) test(`${format} ${sample}: ${fate}`, run);
    });
  }
  test("every listed exception is one of the test vectors", () => {
    const met = new Set([...checks.values()].flat().map(({ sample }) => sample));
    expect([...RAW_PAYLOAD, ...WRITTEN_WITH_FEATURES].filter((name) => !met.has(name))).toStrictEqual([]);
  });
});
