/** What a realm's configuration says of how much, how long and how often, as the gateway gets it. */
import { expect, test } from "vitest";
import { gatewaySettings, roleTerms } from "../../src/cloudflare/terms.ts";
import { readConfig } from "../../src/config.ts";
import { DEFAULT_GATEWAY_SETTINGS } from "../../src/gateway/gateway.ts";

const settingsOf = (realm: object) =>
  gatewaySettings(readConfig({ REALMS: [{ name: "a", ...realm }] }).defaultRealm);

test("RULE-03 a realm that says nothing of it has the gateway's defaults, as one that is gone has", () => {
  expect(settingsOf({})).toEqual(DEFAULT_GATEWAY_SETTINGS);
  expect(gatewaySettings(undefined)).toEqual(DEFAULT_GATEWAY_SETTINGS);
});

test("RULE-03 R8 R10 S19 what a realm says arrives, seconds as milliseconds", () => {
  const limits = { sessions: 10, joining: 20, backlog: 65_536, totalBacklog: 2_000_000, messages: 30 };
  expect(settingsOf({ limits, liveness: { silence: 90 } })).toEqual({
    ...DEFAULT_GATEWAY_SETTINGS,
    sessions: 10,
    joining: 20,
    backlog: 65_536,
    totalBacklog: 2_000_000,
    silence: 90_000,
    rate: { perSecond: 30, burst: 60 },
  });
});

test("S13 RULE-03 what a role says of messages arrives, bursts being those of two seconds", () => {
  const roles = [
    { name: "device", limits: { messages: 20, burst: 100, messagesPerAuthid: 30 } },
    { name: "backend", limits: { messages: 0 } },
  ];
  const config = readConfig({ REALMS: [{ name: "a", roles }] }).defaultRealm;
  expect(roleTerms(config)).toEqual(
    new Map([
      [
        "device",
        {
          singleSession: "many",
          admin: false,
          rate: { perSecond: 20, burst: 100 },
          ratePerAuthid: { perSecond: 30, burst: 60 },
        },
      ],
      ["backend", { singleSession: "many", admin: false }],
    ]),
  );
});
