import { registryError, type RegistryError } from "../errors";
import type { Clock } from "./clock";
import { Lane } from "./lane";

export interface HostLimits {
  /** Requests in flight at once. */
  readonly concurrency: number;
  /** Blobs that stream in at once. */
  readonly downloads: number;
  readonly requestsPerSecond: number | undefined;
  /** The most requests that one client may send to one host. */
  readonly maxRequests: number | undefined;
}

/** What a run cost one host. */
export interface HostReport {
  readonly host: string;
  readonly requests: number;
  readonly retries: number;
  readonly rateLimited: number;
  readonly waitedMs: number;
}

interface Visit {
  readonly about: string;
  readonly urgent?: boolean;
}

/** After a pause not everybody starts in the same millisecond. */
const LONGEST_SPREAD_MS = 1000;

/** Everything that goes to one host goes through here, so that "slow down" reaches every worker at once. */
export class Host {
  /** An upload may read a download, a download may need a token: always in this order, so nobody waits in a circle. */
  readonly requests: Lane;
  readonly downloads: Lane;
  readonly tokens = new Lane(4);
  private pausedUntil = 0;
  private nextStart = 0;
  private readonly count = { requests: 0, retries: 0, rateLimited: 0, waitedMs: 0 };

  constructor(
    private readonly name: string,
    private readonly limits: HostLimits,
    private readonly clock: Clock,
    private readonly random: () => number,
  ) {
    this.requests = new Lane(limits.concurrency);
    this.downloads = new Lane(limits.downloads);
  }

  /** Waits until the host may be asked, and counts the request. */
  async admit({ about, urgent }: Visit, deadline: number, signal: AbortSignal): Promise<void> {
    this.spend(about);
    const start = this.reserve();
    if (urgent !== true) await this.wait(start - this.clock.now(), signal);
    for (let pause = this.pauseMs(); pause > 0; pause = this.pauseMs()) {
      if (this.clock.now() + pause > deadline) throw this.tooLong(about, pause);
      const spread = this.random() * Math.min(pause, LONGEST_SPREAD_MS);
      await this.wait(Math.min(pause + spread, deadline - this.clock.now()), signal);
    }
  }

  pause(ms: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, this.clock.now() + ms);
  }

  rateLimited(): void {
    this.count.rateLimited += 1;
  }

  retried(): void {
    this.count.retries += 1;
  }

  report(): HostReport {
    return { host: this.name, ...this.count };
  }

  private spend(about: string): void {
    const { maxRequests } = this.limits;
    if (maxRequests !== undefined && this.count.requests >= maxRequests) {
      throw registryError("budget-exhausted", {
        about,
        expected: `at most ${maxRequests} requests to ${this.name}`,
        found: "one more",
      });
    }
    this.count.requests += 1;
  }

  private pauseMs(): number {
    return this.pausedUntil - this.clock.now();
  }

  /** The moment at which this request may start, so that no second sees more than it should. */
  private reserve(): number {
    const start = Math.max(this.clock.now(), this.nextStart);
    const { requestsPerSecond } = this.limits;
    if (requestsPerSecond !== undefined) this.nextStart = start + 1000 / requestsPerSecond;
    return start;
  }

  private async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (ms <= 0) return;
    this.count.waitedMs += ms;
    await this.clock.sleep(ms, signal);
  }

  private tooLong(about: string, wait: number): RegistryError {
    return registryError("rate-limited", {
      about,
      expected: "an answer in time",
      found: `${this.name} asking for a pause of ${Math.ceil(wait / 1000)} s`,
    });
  }
}
