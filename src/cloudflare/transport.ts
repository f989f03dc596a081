/**
 * What the platform knows of a connection: address, client certificate, channel. From the platform's own fields only; the
 * one header among them is overwritten by Cloudflare on every request.
 */
import type { Certificate, Maybe, Origin } from "../auth/method.ts";
import { isLocal } from "./web-origin.ts";

/** @param url the request's address, by whoever has read it already */
export function originOf(request: Request, url = new URL(request.url)): Maybe<Origin> {
  const cf = request.cf as Platform | undefined; // the platform fills it in on the way to a Worker
  const address = request.headers.get("CF-Connecting-IP");
  const certificate = certificateOf(cf?.tlsClientAuth);
  const origin: Origin = {
    local: isLocal(url.hostname),
    ...(address !== null && { address: networkOf(address) }),
    ...(certificate && { certificate }),
  };
  const finished = finishedOf(cf);
  if (finished === undefined) return origin;
  return channelsOf(finished).then((channels) => ({ ...origin, channels }));
}

type Platform = Partial<IncomingRequestCfProperties>;

/** An IPv6 customer has a whole /64 and could come from another address with every attempt. */
export function networkOf(address: string): string {
  if (!address.includes(":") || !URL.canParse(`http://[${address}]`)) return address.slice(0, 64);
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const start = head === "" ? [] : head.split(":");
  const end = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: 8 - start.length - end.length }, () => "0");
  return `${[...start, ...zeros, ...end].slice(0, 4).join(":")}::/64`;
}

/** Only a certificate that was presented, verified and not revoked. */
function certificateOf(tls: Platform["tlsClientAuth"]): Certificate | undefined {
  if (tls?.certPresented !== "1" || tls.certVerified !== "SUCCESS" || tls.certRevoked === "1")
    return undefined;
  return {
    fingerprint: tls.certFingerprintSHA256.replaceAll(":", "").toLowerCase(),
    subject: tls.certSubjectDNRFC2253,
    issuer: tls.certIssuerDNRFC2253,
  };
}

/** The client's Finished message, in hex; undefined where there is none to bind to. */
function finishedOf(cf: Platform | undefined): string | undefined {
  const finished = cf?.tlsExportedAuthenticator?.clientFinished;
  if (cf?.tlsVersion !== "TLSv1.2" || typeof finished !== "string" || !/^(?:[0-9a-f]{2})+$/i.test(finished)) {
    return undefined;
  }
  return finished;
}

/**
 * CRY-11: `tls-unique` is SHA-256 of the client's Finished message, as Autobahn has it. From TLS 1.3 on there is no such
 * binding, and the platform exports no keying material, so `tls-exporter` cannot be had.
 */
async function channelsOf(finished: string): Promise<NonNullable<Origin["channels"]>> {
  const octets = Uint8Array.from(finished.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", octets));
  return { "tls-unique": Array.from(digest, (octet) => octet.toString(16).padStart(2, "0")).join("") };
}
