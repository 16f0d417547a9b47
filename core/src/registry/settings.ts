import type { CredentialSource } from "./auth/credentials";
import { dockerCredentials } from "./auth/docker-config";
import type { TrustedRealms } from "./auth/realm";
import type { ReferrerLimits } from "./referrers/limits";
import type { RetryPolicy } from "./transport/attempts";
import { type Clock, systemClock } from "./transport/clock";
import type { HostLimits } from "./transport/host";
import { createWire, type Timeouts, type Wire } from "./transport/wire";

/** Everything has a default that suits one run against public registries. */
export interface RegistryOptions {
  /** Hosts beyond loopback that may be spoken to over plain HTTP; credentials never are sent there. */
  readonly insecure?: readonly string[];
  /** Loopback hosts that speak TLS. */
  readonly secure?: readonly string[];
  /** Certificate authorities (PEM) to trust besides the known ones. */
  readonly ca?: readonly string[];
  /** Where credentials come from; by default from docker's configuration. */
  readonly credentials?: CredentialSource;
  readonly trustedRealms?: TrustedRealms;
  readonly limits?: Partial<HostLimits>;
  readonly retry?: Partial<RetryPolicy>;
  readonly timeouts?: Partial<Timeouts>;
  readonly referrers?: Partial<ReferrerLimits>;
  /** Size of the pieces of a chunked upload. */
  readonly chunkBytes?: number;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly wire?: Wire;
}

export interface Settings {
  readonly plainHttp: { readonly insecure: readonly string[]; readonly secure: readonly string[] };
  readonly credentials: CredentialSource;
  readonly trustedRealms: TrustedRealms;
  readonly limits: HostLimits;
  readonly retry: RetryPolicy;
  readonly referrers: ReferrerLimits;
  readonly chunkBytes: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly wire: Wire;
}

const LIMITS: HostLimits = {
  concurrency: 32,
  downloads: 16,
  requestsPerSecond: undefined,
  maxRequests: undefined,
};

const RETRY: RetryPolicy = {
  attempts: 5,
  baseMs: 250,
  maxMs: 15_000,
  totalMs: 180_000,
  slowestBytesPerSecond: 32 * 1024,
};

const TIMEOUTS: Timeouts = { connectMs: 10_000, headersMs: 30_000, bodyIdleMs: 30_000 };
const REFERRERS: ReferrerLimits = { pages: 50, referrers: 2000 };
const CHUNK_BYTES = 16 * 1024 * 1024;

export function toSettings(options: RegistryOptions): Settings {
  return {
    plainHttp: { insecure: options.insecure ?? [], secure: options.secure ?? [] },
    credentials: options.credentials ?? dockerCredentials(),
    trustedRealms: options.trustedRealms ?? {},
    limits: { ...LIMITS, ...options.limits },
    retry: { ...RETRY, ...options.retry },
    referrers: { ...REFERRERS, ...options.referrers },
    chunkBytes: options.chunkBytes ?? CHUNK_BYTES,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    wire: options.wire ?? createWire({ ...TIMEOUTS, ...options.timeouts }, options.ca ?? []),
  };
}
