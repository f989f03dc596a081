/** The router, counted: every request, message, alarm and row. `/tally` tells the counts. */
import worker, { Directory as PlainDirectory, RealmObject as PlainRealm } from "../../src/worker.ts";
import { readTally, tally, watch } from "./tally.ts";

export class RealmObject extends PlainRealm {
  constructor(ctx: DurableObjectState, env: Env) {
    watch(ctx.storage);
    tally.wakes++;
    super(ctx, env);
  }

  override fetch(request: Request): Response {
    tally.requests++;
    const response = super.fetch(request);
    tally.databaseSize = this.ctx.storage.sql.databaseSize;
    return response;
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void | Promise<void> {
    tally.messages++;
    return super.webSocketMessage(socket, frame);
  }

  override alarm(): void {
    tally.alarms++;
    super.alarm();
    tally.databaseSize = this.ctx.storage.sql.databaseSize;
  }
}

export class Directory extends PlainDirectory {
  constructor(ctx: DurableObjectState, env: Env) {
    watch(ctx.storage);
    super(ctx, env);
  }

  override fetch(...given: Parameters<PlainDirectory["fetch"]>): ReturnType<PlainDirectory["fetch"]> {
    tally.requests++;
    return super.fetch(...given);
  }
}

export default {
  fetch(request, env, ctx) {
    if (new URL(request.url).pathname === "/tally") return Response.json(readTally());
    tally.workerRequests++;
    return worker.fetch(request, env, ctx);
  },
} satisfies ExportedHandler<Env>;
