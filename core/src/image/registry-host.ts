import { isIPv4, isIPv6 } from "node:net";
import { ImageError, type ImageErrorCode, quote } from "./error";

const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const REGISTRY = new RegExp(
  `^(?:(?<name>${LABEL}(?:\\.${LABEL})*)|\\[(?<ipv6>[0-9a-fA-F:]+)\\])(?::(?<port>[0-9]+))?$`,
);

/**
 * Stricter than the grammar of distribution/reference, which lets through hosts that no client can reach or that
 * two clients read differently: an allow-list must never see one host under two names.
 */
export function assertRegistry(registry: string): void {
  const groups = REGISTRY.exec(registry)?.groups;
  if (!groups) {
    throw refusal(
      "bad-host",
      registry,
      "a host name, an IPv4 address or [an IPv6 address], with an optional :port",
    );
  }
  const { name, ipv6, port } = groups;
  if (ipv6 !== undefined && !isIPv6(ipv6)) {
    throw refusal("bad-host", registry, "a valid IPv6 address in the brackets");
  }
  if (name !== undefined) assertName(registry, name, port !== undefined);
  if (port !== undefined && (port.startsWith("0") || port.length > 5 || Number(port) > 65535)) {
    throw refusal("bad-port", registry, "a port from 1 to 65535 without leading zeros");
  }
}

function assertName(registry: string, name: string, hasPort: boolean): void {
  const labels = name.split(".");
  if (name.length > 253 || labels.some((label) => label.length > 63)) {
    throw refusal(
      "bad-host",
      registry,
      "a host of at most 253 characters with labels of at most 63 (RFC 1035)",
    );
  }
  if (labels.length === 1 && !hasPort && name !== "localhost") {
    throw refusal("ambiguous-host", registry, "a host with a dot or a port, or localhost");
  }
  // A host that ends in a number is an IPv4 address to URL parsers (WHATWG URL, "ends in a number"): 0x7f.1 is 127.0.0.1.
  if (/^(?:[0-9]+|0[xX][0-9a-fA-F]*)$/.test(labels.at(-1) ?? "") && !isIPv4(name)) {
    throw refusal(
      "bad-host",
      registry,
      "an IPv4 address as four decimal numbers, or a host whose last label is no number",
    );
  }
}

function refusal(code: ImageErrorCode, registry: string, expected: string): ImageError {
  return new ImageError(code, {
    about: `registry ${quote(registry)}`,
    expected,
    found: registry === "" ? "nothing" : quote(registry),
    next: "Write the image as host[:port]/repository@sha256:….",
  });
}
