/** A device that signs in by a socket of its own, message by message, with Node's crypto: for what no library lets a test do. */
import { createHmac, pbkdf2Sync } from "node:crypto";
import type { Key } from "../auth/key.ts";
import { scramAnswer } from "../auth/scram-device.ts";
import { RawSocket } from "./raw-socket.ts";

export type Wire = readonly unknown[];
type Dict = Readonly<Record<string, unknown>>;

/** A method by which a device signs in: what it says of itself in HELLO, and how it answers CHALLENGE.Extra. */
export interface Way {
  readonly method: string;
  readonly authid: string;
  readonly authextra?: Dict;
  readonly answer: (extra: Dict) => readonly [signature: string, extra: Dict];
}

export const WAYS = {
  ticket: (authid: string, ticket: string): Way => ({
    method: "ticket",
    authid,
    answer: () => [ticket, {}],
  }),
  wampcra: (authid: string, secret: string): Way => ({
    method: "wampcra",
    authid,
    answer: ({ challenge, salt, iterations, keylen }) => {
      const derived = () =>
        pbkdf2Sync(secret, String(salt), Number(iterations), Number(keylen), "sha256").toString("base64");
      const key = salt === undefined ? secret : derived();
      return [createHmac("sha256", key).update(String(challenge)).digest("base64"), {}];
    },
  }),
  "wamp-scram": (authid: string, password: string): Way => {
    const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
    return {
      method: "wamp-scram",
      authid,
      authextra: { nonce },
      answer: (challenge) => {
        const { signature, extra } = scramAnswer({ authid, password, clientNonce: nonce, challenge });
        return [signature, extra];
      },
    };
  },
  cryptosign: (authid: string, key: Key): Way => ({
    method: "cryptosign",
    authid,
    authextra: { pubkey: key.publicKey, channel_binding: null },
    answer: ({ challenge }) => [key.answer(String(challenge)), {}],
  }),
} as const;

const ROLES = { caller: {}, callee: {}, publisher: {}, subscriber: {} };

export class Device {
  readonly socket: RawSocket;
  readonly way: Way;
  /** CHALLENGE.Extra. */
  readonly challenge: Dict;

  private constructor(socket: RawSocket, way: Way, challenge: Dict) {
    this.socket = socket;
    this.way = way;
    this.challenge = challenge;
  }

  /** Says HELLO and hears CHALLENGE. @throws Error where something else comes */
  static async challenged(address: { readonly url: string; readonly realm: string }, way: Way) {
    const socket = await RawSocket.open(address.url, "wamp.2.json");
    const { method, authid, authextra } = way;
    const details = { roles: ROLES, authmethods: [method], authid, ...(authextra && { authextra }) };
    socket.tell([1, address.realm, details]);
    const [type, named, extra] = await socket.hear();
    if (type !== 4 || named !== method)
      throw new Error(`in place of CHALLENGE came ${type} ${JSON.stringify(extra)}`);
    return new Device(socket, way, extra as Dict);
  }

  /** AUTHENTICATE as it answers this challenge, its own if none is given. */
  authenticate(challenge: Dict = this.challenge): Wire {
    return [5, ...this.way.answer(challenge)];
  }

  /** Sends a message and hears the next. */
  async ask(message: Wire): Promise<Wire> {
    this.socket.tell(message);
    return this.socket.hear();
  }

  /** The answer to AUTHENTICATE, right by this challenge: WELCOME or ABORT. */
  signIn(challenge?: Dict): Promise<Wire> {
    return this.ask(this.authenticate(challenge));
  }
}

/** Signs in. @returns the device and what answered AUTHENTICATE: WELCOME or ABORT */
export async function arrive(address: { readonly url: string; readonly realm: string }, way: Way) {
  const device = await Device.challenged(address, way);
  return { device, answer: await device.signIn() };
}
