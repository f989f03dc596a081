/** B4: sessions opened one after the other, 16 at a time: upgrade, HELLO, WELCOME, close. */
import type { Load } from "../load.ts";

/** Sessions that may be opening at once. */
const OPENING = 16;

export function sessions(rest: Pick<Load, "entrants" | "target">): Load {
  return {
    id: "B4",
    work: `sessions opened and closed, ${OPENING} at a time`,
    unit: "sessions/s",
    ...rest,
    // Somebody stays, as in any realm.
    async prepare(scene) {
      await scene.join("nobody");
      return async (seconds) => {
        const until = performance.now() + seconds * 1000;
        let opened = 0;
        const openOthers = async (): Promise<void> => {
          while (performance.now() < until) {
            scene.leave(await scene.join("nobody"));
            opened++;
          }
        };
        await Promise.all(Array.from({ length: OPENING }, openOthers));
        return opened;
      };
    },
  };
}
