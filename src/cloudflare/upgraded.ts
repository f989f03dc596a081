/** The answer to a WebSocket upgrade that was admitted. */
import type { Admission } from "./upgrade.ts";

/** TRN-07: it names the subprotocol that the client offered, verbatim, and none where it offered none. */
export function upgraded(
  webSocket: WebSocket,
  { subprotocol, named }: Pick<Admission, "subprotocol" | "named">,
): Response {
  const headers = named ? { "Sec-WebSocket-Protocol": subprotocol } : undefined;
  return new Response(null, { status: 101, webSocket, ...(headers && { headers }) });
}
