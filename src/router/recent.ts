/**
 * What was found for the URIs that were asked for lately: devices use the same few again and again. Answers nothing that
 * could be out of date: a change of what is asked makes all of it old at once, at no cost. Bounded in number and in what
 * each holds, so that URIs that come once cost little and keep nothing alive for long.
 */

/** URIs; about 200 octets each, and at most twice that. */
export const REMEMBERED = 16_384;
/** In characters; hardly any URI is longer. */
const LONGEST = 128;
/** When full, so many others are asked for before these make room: who asks for ever new ones must not pay for it. */
const PATIENCE = 8 * REMEMBERED;

interface Answer<T> {
  /** The version for which it holds. */
  version: number;
  found: T;
}

export class Recent<T> {
  /** URI to what was found for it. */
  readonly #answers = new Map<string, Answer<T>>();
  #version = 0;
  #passedOver = 0;

  /** What was asked has changed: nothing that was found holds any more. */
  outdate(): void {
    this.#version++;
  }

  /** What was found for this one URI does not hold any more. */
  forget(uri: string): void {
    this.#answers.delete(uri); // with what it would keep alive, which may be gone
  }

  /** Undefined where it is not known, or not any more. */
  get(uri: string): T | undefined {
    const answer = this.#answers.get(uri);
    return answer?.version === this.#version ? answer.found : undefined;
  }

  set(uri: string, found: T): void {
    if (uri.length > LONGEST) return;
    const answer = this.#answers.get(uri);
    if (answer) {
      answer.version = this.#version;
      answer.found = found;
      return;
    }
    if (this.#answers.size === REMEMBERED) {
      if (++this.#passedOver < PATIENCE) return;
      this.#passedOver = 0;
      this.#answers.clear();
    }
    this.#answers.set(copy(uri), { version: this.#version, found });
  }
}

/** A piece of a longer text keeps all of it in memory, and a URI is a piece of a frame. */
function copy(uri: string): string {
  return JSON.parse(JSON.stringify(uri)) as string; // a text stays one
}
