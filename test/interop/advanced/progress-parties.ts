/** Progressive results as each library sends and receives them, in one shape. */
import autobahn from "autobahn";
import type { Wampy } from "wampy";
import type { Line } from "../client/autobahn-js.ts";
import { CallFailure, Inbox, payloadOf } from "../client/client.ts";
import type { PythonClient } from "../client/python.ts";

/** What an endpoint does: it sends progress, and returns its last word or throws a CallFailure. */
export type Steps = (progress: (value: unknown) => unknown) => unknown;

export interface Ongoing {
  readonly progress: Pick<Inbox<unknown>, "next" | "left">;
  /** Rejects with CallFailure. */
  readonly result: Promise<unknown>;
}

export interface Party {
  readonly name: string;
  call(procedure: string): Ongoing;
  register(procedure: string, steps: Steps): Promise<unknown>;
}

export function autobahnParty({ session }: Line): Party {
  return {
    name: "autobahn-js",
    call(procedure) {
      const progress = new Inbox<unknown>();
      const result = session.call(procedure, [], {}, { receive_progress: true }).then(
        (value) => value,
        (error: unknown) => {
          if (!(error instanceof autobahn.Error)) throw error;
          throw new CallFailure(error.error, payloadOf(error.args, error.kwargs));
        },
        (value) => progress.put(value),
      );
      return { progress, result };
    },
    register: (procedure, steps) =>
      session.register(procedure, async (_args, _kwargs, { progress }) => {
        try {
          return await steps((value) => progress?.([value]));
        } catch (failure) {
          if (!(failure instanceof CallFailure)) throw failure;
          throw new autobahn.Error(failure.uri, failure.payload.args);
        }
      }),
  };
}

export function wampyParty(wampy: Wampy): Party {
  return {
    name: "wampy 8",
    call(procedure) {
      const progress = new Inbox<unknown>();
      const called = wampy.call(procedure, null, {
        progress_callback: ({ argsList }) => progress.put(argsList?.[0]),
      });
      const result = called.then(
        ({ argsList }) => argsList?.[0],
        (error: { errorUri: string; argsList?: unknown[] }) => {
          throw new CallFailure(error.errorUri, payloadOf(error.argsList, {}));
        },
      );
      return { progress, result };
    },
    register: (procedure, steps) =>
      wampy.register(procedure, async ({ result_handler }) => {
        try {
          const send = (value: unknown) => result_handler({ argsList: [value], options: { progress: true } });
          return { argsList: [await steps(send)] };
        } catch (failure) {
          if (!(failure instanceof CallFailure)) throw failure;
          throw { error: failure.uri, argsList: [...failure.payload.args] }; // the shape that wampy documents
        }
      }),
  };
}

export function pythonParty(python: PythonClient): Party {
  return {
    name: "autobahn-python",
    call(procedure) {
      const { progress, result } = python.begin(procedure, payloadOf([], {}), { receive_progress: true });
      return {
        progress: {
          next: async () => (await progress.next()).args[0],
          get left() {
            return progress.left;
          },
        },
        result: result.then(({ args }) => args[0]),
      };
    },
    register: (procedure, steps) =>
      python.register(procedure, async ({ progress }) =>
        payloadOf([await steps((value) => progress(payloadOf([value], {})))], {}),
      ),
  };
}
