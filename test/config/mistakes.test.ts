/** Every seeded mistake gives its path and what to do about it. */
import { describe, expect, test } from "vitest";
import { MISTAKES } from "./mistakes.ts";
import { errorOf, farm, faultsOf, SECRETS } from "./scene.ts";

describe("a wrong configuration", () => {
  test.each(MISTAKES)("RULE-03 $what gives its path and the fix", ({ env, faults }) => {
    expect(faultsOf(env)).toEqual(faults);
  });

  test("RULE-03 there are more than thirty mistakes, and none is in what they were made from", () => {
    expect(MISTAKES.length).toBeGreaterThan(30);
    expect(faultsOf({ ...SECRETS, REALMS: [farm()] })).toEqual([]);
  });

  test("RULE-03 the error says that nobody is served, and then one line for each fault", () => {
    const error = errorOf({ REALMS: [{ name: "a b" }], ASSUME_JSON: 1 });
    expect(error?.message).toBe(
      [
        "The configuration of this router is wrong, so it serves nobody:",
        "  vars.ASSUME_JSON: must be true or false, not 1",
        "  vars.REALMS[0].name: must be a URI such as realm1 or com.example.sensors",
      ].join("\n"),
    );
  });

  test.each([undefined, null, 7, "REALMS", []])("RULE-03 %j is no environment", (env) => {
    expect(faultsOf(env)).toEqual(["vars: there is no environment to read"]);
  });
});
