/** Which web pages may connect (TRN-19, S12). Devices send no Origin header and are not asked. */

/**
 * A page of the router's own host over the same scheme, of a listed origin, or on a developer's machine a local one. What a
 * browser would not send as it stands, such as `null`, is nobody's.
 * @param listed origins such as `https://app.example.com`; `*` stands for every page
 */
export function originAllowed(origin: string, router: URL, listed: readonly string[]): boolean {
  if (listed.includes("*")) return true;
  if (!URL.canParse(origin)) return false;
  const page = new URL(origin);
  if (page.origin !== origin || (page.protocol !== "https:" && page.protocol !== "http:")) return false;
  if (listed.includes(origin)) return true;
  return origin === router.origin || (isLocal(page.hostname) && isLocal(router.hostname));
}

export function isLocal(hostname: string): boolean {
  return hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
}
