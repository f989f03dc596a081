/** S17 in the runtime: a fresh deployment's Worker opens nothing, and `/` says what to set. */
import { createExecutionContext, listDurableObjectIds } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import worker from "../../src/worker.ts";
import { DEPLOYMENTS, type Deployment } from "../security/deployments.ts";

const { REALM, DIRECTORY } = env;

function request(
  deployment: Deployment,
  path: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  const vars = { REALM, DIRECTORY, ...deployment.env } as unknown as Env; // as a deployment would have it
  const asked = new Request(`https://router.example${path}`, { headers });
  return Promise.resolve(worker.fetch(asked, vars, createExecutionContext()));
}

/** An environment whose realm object answers with what the platform throws. */
function failing(error: unknown): Env {
  const object = {
    fetch: () => Promise.reject(error),
  };
  return { ...env, REALM: { getByName: () => object } } as unknown as Env; // all that an upgrade asks of it
}

test.each([
  ["is overloaded", { overloaded: true }, 503, "5"],
  ["was moved meanwhile", { retryable: true }, 503, "5"],
  ["failed", {}, 500, null],
  ["failed in its own words", { overloaded: "yes", retryable: 1 }, 500, null],
] as const)(
  "R9 where the realm's object %s, the upgrade is answered accordingly",
  async (_, marks, status, retry) => {
    const error = Object.assign(
      new Error("Durable Object is overloaded. Requests queued for too long."),
      marks,
    );
    for (const path of ["/ws", "/ws/realm%31"]) {
      const asked = new Request(`http://localhost${path}`, { headers: UPGRADE });
      const answer = await worker.fetch(asked, failing(error), createExecutionContext());
      expect([answer.status, answer.headers.get("Retry-After")]).toEqual([status, retry]);
      expect(await answer.text()).toMatch(status === 503 ? /try again/ : /its log says why/);
    }
  },
);

const UPGRADE = { Upgrade: "websocket", "Sec-WebSocket-Protocol": "wamp.2.json" };
const isServed = ({ broken, env: { REALMS } }: Deployment) =>
  !broken && Array.isArray(REALMS) && REALMS.length > 0;

test.each(DEPLOYMENTS)("S17 with $what, / is a page that says what to set", async (deployment) => {
  const answer = await request(deployment, "/");
  expect(answer.status).toBe(deployment.broken ? 500 : 200);
  expect(answer.headers.get("Content-Type")).toMatch("text/html");
  expect(plain(await answer.text())).toContain(deployment.says);
  expect((await request(deployment, "/healthz")).status).toBe(deployment.broken ? 500 : 200);
});

test.each(DEPLOYMENTS.filter((each) => !isServed(each)))(
  "S17 with $what no WebSocket is opened and no object is made",
  async (deployment) => {
    const before = await listDurableObjectIds(REALM);
    for (const path of ["/", "/ws", "/ws/", "/ws/realm1", "/ws/house", "/ws/com.example.sensors"]) {
      const answer = await request(deployment, path, UPGRADE);
      expect([answer.webSocket, answer.status]).toEqual([null, deployment.broken ? 500 : 404]);
      expect(await answer.text()).toMatch(/\S/);
    }
    for (const path of ["/api/realms", "/api/realms/realm1/devices", "/api/realms/realm1/sessions"]) {
      for (const headers of [{}, { Authorization: "Bearer change-me" }, { Authorization: "Bearer " }]) {
        expect((await request(deployment, path, headers)).status).toBeGreaterThanOrEqual(400);
      }
    }
    expect(await listDurableObjectIds(REALM)).toEqual(before);
  },
);

test.each(DEPLOYMENTS)("S17 with $what, no answer holds what may be a secret", async (deployment) => {
  const values = Object.values(deployment.env).filter(
    (value) => typeof value === "string" && value.length > 12,
  );
  for (const path of ["/", "/ws", "/healthz", "/api/realms"]) {
    const text = plain(await (await request(deployment, path)).text());
    for (const value of [...values, "hunter2-hunter2"]) expect(text).not.toContain(value);
  }
});

/** What is read of a page. */
function plain(html: string): string {
  return html.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}
