/// <reference path="../test/interop/client/autobahn.d.ts" />
/**
 * Devices as people build them: with a stock client that comes back by itself, or with a loop around a plain socket. Each
 * hears the news, offers a procedure of its own, and when it is back asks the history for what it missed.
 */
import { Wampy } from "wampy";
import { WebSocket } from "ws";
import { Client, type Codec } from "./client.ts";
import { pause } from "./pace.ts";

// It tells the console of every lost connection, by the function that it finds there when it is loaded.
const { warn } = console;
console.warn = () => {};
const { default: autobahn } = await import("autobahn");
console.warn = warn;

export const NEWS = "com.news";
const GET_EVENTS = "wamp.subscription.get_events";
/** More than are published while the router is away. */
const NEWEST = { reverse: true, limit: 300 };

/** What one device has seen and done. */
export interface Device {
  readonly procedure: string;
  /** Numbers of the news that it knows of. */
  readonly seen: Set<number>;
  /** When it was last ready: subscribed, registered and up to date; as performance.now() has it. */
  ready: number;
  /** Registrations that were refused. */
  refused: number;
  end(): unknown;
}

type Events = readonly { readonly args: readonly [number] }[];

function learn(device: Device, events: unknown): void {
  for (const { args } of events as Events) device.seen.add(args[0]); // as the publisher sends them
}

function blank(index: number): Device {
  return { procedure: `com.device.n${index}`, seen: new Set(), ready: 0, refused: 0, end() {} };
}

/** @param address tells where the router is; `history` is the id of the subscription that keeps the news */
export function plainDevice(index: number, port: number, history: number, codec: Codec): Device {
  const device = blank(index);
  let over = false;
  const live = async (): Promise<void> => {
    const client = await Client.join(port, { codec, patience: 5_000 });
    device.end = () => {
      over = true;
      return client.close();
    };
    client.onMessage = ([type, request, , , args]) => {
      if (type === 36)
        device.seen.add((args as [number])[0]); // as the publisher sends them
      else if (type === 68) client.send([70, request, {}, [index]]);
    };
    const gone = client.closed.then(() => Promise.reject(new Error("the router is gone")));
    gone.catch(() => {});
    const prepare = async (): Promise<void> => {
      await client.must(32, {}, NEWS);
      const registered = await client.ask(64, {}, device.procedure);
      if (registered[0] === 8) device.refused++;
      learn(device, (await client.must(48, {}, GET_EVENTS, [history], NEWEST))[3] ?? []);
      device.ready = performance.now();
    };
    await Promise.race([prepare(), gone]).catch(() => client.cut());
    await client.closed;
  };
  const run = async (): Promise<void> => {
    while (!over) {
      await live().catch(() => {});
      await pause(200);
    }
  };
  void run();
  return device;
}

export function autobahnDevice(index: number, port: number, history: number): Device {
  const device = blank(index);
  const url = `ws://127.0.0.1:${port}/ws`;
  const connection = new autobahn.Connection({ url, realm: "realm1", max_retries: -1 });
  connection.onopen = async (session) => {
    try {
      await session.subscribe(NEWS, ([number]) => device.seen.add(number as number));
      await session.register(device.procedure, () => index);
    } catch {
      device.refused++;
    }
    const answer = await session.call(GET_EVENTS, [history], NEWEST);
    const events = Array.isArray(answer) ? answer : ((answer as { args?: unknown } | null)?.args ?? [answer]);
    learn(
      device,
      (events as unknown[]).filter((each) => each !== null),
    );
    device.ready = performance.now();
  };
  connection.onclose = () => false; // try again
  device.end = () => connection.close();
  connection.open();
  return device;
}

export async function wampyDevice(index: number, port: number, history: number): Promise<Device> {
  const device = blank(index);
  const catchUp = async (): Promise<void> => {
    // It says that it is back before it has renewed what it holds: it is when its own procedure answers.
    for (let tries = 0; tries < 100; tries++) {
      const mine = await wampy.call(device.procedure).catch(() => undefined);
      if (mine?.argsList?.[0] === index) break;
      await pause(50);
    }
    const { argsList = [] } = await wampy.call(GET_EVENTS, { argsList: [history], argsDict: NEWEST });
    learn(device, argsList);
    device.ready = performance.now();
  };
  const wampy = new Wampy(`ws://127.0.0.1:${port}/ws`, {
    realm: "realm1",
    ws: WebSocket as unknown as NonNullable<ConstructorParameters<typeof Wampy>[1]>["ws"] & object, // one of the two that it knows
    maxRetries: 0, // for ever
    reconnectInterval: 500,
    onReconnectSuccess: () => void catchUp().catch(() => {}),
  });
  await wampy.connect();
  await wampy.subscribe(NEWS, ({ argsList = [] }) => {
    device.seen.add(argsList[0] as number);
  });
  await wampy.register(device.procedure, () => ({ argsList: [index] }));
  await catchUp();
  device.end = () => wampy.disconnect();
  return device;
}
