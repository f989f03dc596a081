/** What a connection is known by: only what the platform says of it. */
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { networkOf, originOf } from "../../src/cloudflare/transport.ts";

/** A request as the platform hands it to a Worker. */
function arrived(
  cf: unknown,
  headers: Record<string, string> = {},
  url = "https://router.example/ws",
): Request {
  return Object.assign(new Request(url, { headers }), { cf });
}

const CERTIFICATE = {
  certPresented: "1",
  certVerified: "SUCCESS",
  certRevoked: "0",
  certFingerprintSHA256: "AB".repeat(32),
  certSubjectDNRFC2253: "CN=pump-7,O=Example",
  certIssuerDNRFC2253: "CN=Example Devices",
};

test("SES-23 a verified client certificate is known by its fingerprint and names", async () => {
  expect(await originOf(arrived({ tlsClientAuth: CERTIFICATE }))).toEqual({
    local: false,
    certificate: {
      fingerprint: "ab".repeat(32),
      subject: "CN=pump-7,O=Example",
      issuer: "CN=Example Devices",
    },
  });
});

test.each([
  ["was not presented", { certPresented: "0" }],
  ["was not verified", { certVerified: "FAILED:self signed certificate" }],
  ["was verified by nobody", { certVerified: "NONE" }],
  ["was revoked", { certRevoked: "1" }],
])("SES-23 a client certificate that %s is none", async (_what, change) => {
  expect(await originOf(arrived({ tlsClientAuth: { ...CERTIFICATE, ...change } }))).toEqual({ local: false });
});

test("SES-23 no header makes a certificate", async () => {
  const headers = {
    "Cf-Client-Cert-Sha256": "ab".repeat(32),
    "Cf-Cert-Verified": "true",
    "X-Client-Cert": "ab",
    "X-SSL-Client-Verify": "SUCCESS",
  };
  expect(await originOf(arrived(undefined, headers))).toEqual({ local: false });
});

test("CRY-11 tls-unique is the SHA-256 of the client's Finished message, up to TLS 1.2", async () => {
  const clientFinished = "084ee802fe1348f688220e2a";
  const digest = createHash("sha256").update(Buffer.from(clientFinished, "hex")).digest("hex");
  const tlsExportedAuthenticator = { clientFinished };
  expect(await originOf(arrived({ tlsVersion: "TLSv1.2", tlsExportedAuthenticator }))).toEqual({
    local: false,
    channels: { "tls-unique": digest },
  });
  for (const cf of [
    { tlsVersion: "TLSv1.3", tlsExportedAuthenticator },
    { tlsVersion: "TLSv1.2", tlsExportedAuthenticator: { clientFinished: "no hex" } },
    { tlsVersion: "TLSv1.2", tlsExportedAuthenticator: { clientFinished: "" } },
    { tlsVersion: "TLSv1.2" },
    undefined,
  ]) {
    expect(await originOf(arrived(cf))).toEqual({ local: false });
  }
});

test("S6 the address is the platform's, and an IPv6 address counts as its network", async () => {
  const headers = { "CF-Connecting-IP": "2001:db8:1:2:3:4:5:6", "X-Forwarded-For": "10.0.0.1" };
  expect(await originOf(arrived(undefined, headers))).toEqual({ local: false, address: "2001:db8:1:2::/64" });
});

test.each([
  ["203.0.113.9", "203.0.113.9"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["2001:DB8:0:0:ffff::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["::", "0:0:0:0::/64"],
  ["fe80:1:2:3:4:5:6:7", "fe80:1:2:3::/64"],
  ["1:2:3:4:5:6:7::", "1:2:3:4::/64"],
  ["not:an:address", "not:an:address"],
])("S6 the network of %s is %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test("S6 an address that is none is kept short", () => {
  expect(networkOf("x".repeat(1_000))).toBe("x".repeat(64));
});
