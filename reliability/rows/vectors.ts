/** R1: the specification's own vectors: each sample in each serializer, read and written, and the scene of sessions, played. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Format } from "../../src/wamp/payload.ts";
import { openRealm } from "../../test/open-realm.ts";
import { type Check, RAW_PAYLOAD, VECTORS, vectorChecks } from "../../test/serializer/vectors.ts";
import { CODECS } from "../client.ts";
import { play, type Scenario } from "../multisession.ts";
import { Router } from "../router.ts";
import type { Figure, Outcome, Row } from "../row.ts";

/** What the specification's repository has, as of 14 June 2026. */
const SAMPLES = 102;
const FORMS: Readonly<Record<Format, number>> = { json: 59, msgpack: 35, cbor: 35 };

/** @returns the samples of which a check fails */
function failing(checks: readonly Check[]): ReadonlySet<string> {
  const failed = new Set<string>();
  for (const { sample, format, fate, run } of checks) {
    try {
      run();
    } catch (error) {
      failed.add(sample);
      console.log(`       ${format} ${sample}: not ${fate}: ${error}`);
    }
  }
  return failed;
}

/** @returns how many were played, and how many of them went otherwise */
async function playAll(folder: string): Promise<{ played: number; wrong: number }> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((each) =>
    each.endsWith(".json"),
  );
  const router = await Router.start({ REALMS: [openRealm("realm1")] });
  let [played, wrong] = [0, 0];
  try {
    for (const file of files) {
      const scenario: Scenario = JSON.parse(readFileSync(join(folder, file), "utf8"));
      for (const codec of CODECS) {
        played++;
        await play(router.port, scenario, codec).catch((error) => {
          wrong++;
          console.log(`       ${codec} ${scenario.description}: ${error}`);
        });
      }
    }
  } finally {
    await router.end();
  }
  return { played, wrong };
}

const count = (done: number, wanted: number, remark = ""): Figure => ({
  value: `${done} of ${wanted}${remark}`,
  target: `${wanted}`,
  met: done === wanted,
});

export const vectors: Row = {
  id: "R1",
  title: "the specification's vectors, read and written, and its scene of several sessions",

  async run(): Promise<Outcome> {
    const multi = join(VECTORS, "multisession");
    const checks = [...(vectorChecks()?.values() ?? [])].flat();
    const samples = new Set(checks.map(({ sample }) => sample));
    const failed = failing(checks);
    const refused = RAW_PAYLOAD.filter((name) => samples.has(name)).length;
    const forms = (format: Format) => {
      const sum = checks.reduce((total, each) => total + (each.format === format ? each.forms : 0), 0);
      return count(sum, FORMS[format]);
    };
    const { played, wrong } = existsSync(multi) ? await playAll(multi) : { played: 0, wrong: 0 };
    if (checks.length === 0) console.log(`       there are no vectors at ${VECTORS}: nothing was looked at`);
    return {
      done: { samples: samples.size, "checks in three serializers": checks.length, "scenes played": played },
      faults: { "samples not as documented": failed.size, "scenes played otherwise": wrong },
      figures: {
        "as listed": count(
          samples.size - failed.size - refused,
          SAMPLES,
          `; ${refused} with octets where Arguments belong are refused by design (PPT-14)`,
        ),
        "JSON forms": forms("json"),
        "msgpack forms": forms("msgpack"),
        "CBOR forms": forms("cbor"),
      },
    };
  },
};
