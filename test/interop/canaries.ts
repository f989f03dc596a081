/** Secrets that must not come out again: planted one by one, and looked for in whatever came out. */
import { newSecret } from "./client/admin.ts";

export class Canaries {
  /** Where it went in to the secret. */
  readonly #planted = new Map<string, string>();

  /** @returns the secret, a new one if none is given */
  plant(where: string, secret = newSecret()): string {
    this.#planted.set(`${this.#planted.size}: ${where}`, secret);
    return secret;
  }

  get size(): number {
    return this.#planted.size;
  }

  /** Where those went in that came out in one of the texts. */
  in(texts: readonly string[]): string[] {
    const all = texts.join("\n");
    return [...this.#planted].flatMap(([where, secret]) =>
      forms(secret).some((form) => all.includes(form)) ? [where] : [],
    );
  }
}

/** The forms in which a secret would give itself away, also where a text is cut off. */
function forms(secret: string): string[] {
  const octets = Buffer.from(secret);
  const part = secret.slice(0, 14);
  return [
    part,
    JSON.stringify(part).slice(1, -1),
    encodeURIComponent(part),
    octets.toString("base64").slice(0, 16),
    octets.toString("hex").slice(0, 24),
  ];
}
