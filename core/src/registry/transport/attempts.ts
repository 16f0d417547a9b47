import { registryError, RegistryError } from "../errors";
import type { Clock } from "./clock";
import { diagnose } from "./diagnose";
import type { Host } from "./host";

export interface RetryPolicy {
  /** How often one thing is tried before its error is believed. A 429 does not count: it only costs time. */
  readonly attempts: number;
  readonly baseMs: number;
  readonly maxMs: number;
  /** The longest that one operation may take, pauses included. */
  readonly totalMs: number;
  /** A large body gets more time: its size at this rate. */
  readonly slowestBytesPerSecond: number;
}

/** A failure that may pass: `error` is what remains to be said when it does not. */
export class Setback extends Error {
  constructor(
    readonly error: RegistryError,
    readonly host: Host,
    readonly retryAfterMs = 0,
  ) {
    super(error.message);
  }
}

/** Less progress than this between two failures does not earn new attempts. */
const PROGRESS_BYTES = 1024 * 1024;
const LONGEST_TIMER_MS = 24 * 60 * 60 * 1000;

/** One operation: how often it may still fail, and until when. */
export class Attempts {
  readonly deadline: number;
  readonly signal: AbortSignal;
  private failures = 0;
  private throttles = 0;
  private progressed = 0;
  private expired = false;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly about: string,
    private readonly policy: RetryPolicy,
    private readonly tools: { readonly clock: Clock; readonly random: () => number },
    private readonly caller: AbortSignal | undefined,
    bytes: number,
  ) {
    const total = policy.totalMs + (bytes / policy.slowestBytesPerSecond) * 1000;
    this.deadline = tools.clock.now() + total;
    const expiry = new AbortController();
    this.timer = setTimeout(
      () => {
        this.expired = true;
        expiry.abort();
      },
      Math.min(total, LONGEST_TIMER_MS),
    ).unref();
    this.signal = caller === undefined ? expiry.signal : AbortSignal.any([caller, expiry.signal]);
  }

  end(): void {
    clearTimeout(this.timer);
  }

  progress(bytes: number): void {
    this.progressed += bytes;
    if (this.progressed < PROGRESS_BYTES) return;
    this.progressed = 0;
    this.failures = 0;
  }

  /** Waits before the next attempt, or throws what is to be said at the end. */
  async recover(failure: unknown): Promise<void> {
    if (!(failure instanceof Setback)) throw failure;
    const { error, host, retryAfterMs } = failure;
    const throttled = error.code === "rate-limited";
    if (throttled) this.throttles += 1;
    else this.failures += 1;
    const wait = Math.max(retryAfterMs, this.backoff(this.failures + this.throttles));
    if (throttled) this.pause(host, wait);
    if (this.failures >= this.policy.attempts) throw error;
    if (this.tools.clock.now() + wait > this.deadline) throw error;
    host.retried();
    // A throttled host makes everybody wait, this operation included, when the next request asks to be admitted.
    if (!throttled) await this.sleep(wait);
  }

  /** For whoever tries nothing again by itself: "slow down" still reaches everybody. */
  heed(failure: unknown): unknown {
    if (failure instanceof Setback && failure.error.code === "rate-limited") {
      this.pause(failure.host, Math.max(failure.retryAfterMs, this.backoff(1)));
    }
    return failure;
  }

  /** Turns what the transport threw into what a reader understands. */
  translate(thrown: unknown, host: Host): Error {
    if (thrown instanceof RegistryError || thrown instanceof Setback) return thrown;
    if (this.expired) {
      return registryError(
        "timeout",
        { about: this.about, expected: "to be done in time", found: "no end after all attempts" },
        { cause: thrown },
      );
    }
    if (this.caller?.aborted === true) return aborted(this.about, thrown);
    const { code, found, passing } = diagnose(thrown);
    const error = registryError(code, { about: this.about, expected: "an answer", found }, { cause: thrown });
    return passing ? new Setback(error, host) : error;
  }

  private pause(host: Host, ms: number): void {
    host.pause(Math.min(ms, this.policy.totalMs));
  }

  private async sleep(ms: number): Promise<void> {
    await this.tools.clock.sleep(ms, this.signal);
  }

  /** Doubles every time; half of it is chance, so that workers that failed together do not come back together. */
  private backoff(failures: number): number {
    const { baseMs, maxMs } = this.policy;
    const full = Math.min(maxMs, baseMs * 2 ** (failures - 1));
    return full / 2 + (this.tools.random() * full) / 2;
  }
}

export function aborted(about: string, cause: unknown): RegistryError {
  return registryError(
    "aborted",
    { about, expected: "to finish", found: "that it was called off" },
    { cause },
  );
}
