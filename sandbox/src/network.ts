/** Addresses of one sandbox, all of them inside one /24 that its port chooses. */
export interface NetworkPlan {
  /** The /24 that holds everything below. */
  readonly whole: string;
  /** The host's end of the link to the cluster. */
  readonly interfaceName: string;
  readonly hostAddress: string;
  readonly nodeAddress: string;
  readonly linkPrefix: number;
  readonly services: string;
  /** Kubernetes gives its own API the first address of the service range. */
  readonly apiService: string;
  readonly pods: string;
  readonly podGateway: string;
}

/** Ports that are a multiple of this apart have the same addresses, so no two sandboxes of such ports run side by side. */
export const SLOTS = 512;

/**
 * 198.18.0.0/15 is set aside for tests between network devices (RFC 2544), so hardly any home, office or
 * cloud network uses it. It has room for 512 sandboxes side by side.
 */
export function networkPlan(port: number): NetworkPlan {
  const slot = port % SLOTS;
  const at = (last: number) => `198.${18 + (slot >> 8)}.${slot & 255}.${last}`;
  return {
    whole: `${at(0)}/24`,
    interfaceName: `waybill-${port}`,
    hostAddress: at(1),
    nodeAddress: at(2),
    linkPrefix: 30,
    services: `${at(64)}/26`,
    apiService: at(65),
    pods: `${at(128)}/25`,
    podGateway: at(129),
  };
}

/** Whether two IPv4 ranges share an address; both are written `a.b.c.d/n`, or without `/n` for one address. */
export function overlaps(one: string, other: string): boolean {
  const [a, b] = [parseRange(one), parseRange(other)];
  const prefix = Math.min(a.prefix, b.prefix);
  return prefix === 0 || a.address >>> (32 - prefix) === b.address >>> (32 - prefix);
}

function parseRange(range: string): { address: number; prefix: number } {
  const [address = "", prefix = "32"] = range.split("/");
  const bytes = address.split(".").map(Number);
  return { address: bytes.reduce((sum, byte) => sum * 256 + byte, 0), prefix: Number(prefix) };
}
