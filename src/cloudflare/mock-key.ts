/**
 * 32 random octets of the realm's own, a row from the first time on: what strangers are shown in place of what the router
 * does not know follows from them, so that it is the same every time they ask (AUT-08).
 */
export function mockKey(sql: SqlStorage): Uint8Array {
  const [row] = sql.exec<{ octets: ArrayBuffer }>("SELECT octets FROM mock_key");
  if (row) return new Uint8Array(row.octets);
  const octets = crypto.getRandomValues(new Uint8Array(32));
  sql.exec("INSERT INTO mock_key (octets) VALUES (?)", octets.buffer);
  return octets;
}
