import type { Clock } from "@waybill/core/registry";

export interface TestClock extends Clock {
  /** How long every sleep was to be. */
  readonly slept: readonly number[];
}

/** Time passes only while somebody sleeps, and then at once. Sleepers side by side share the time. */
export function testClock(): TestClock {
  let now = Date.parse("2026-01-01T00:00:00Z");
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      slept.push(ms);
      const wake = now + ms;
      await new Promise((resolve) => setImmediate(resolve));
      now = Math.max(now, wake);
    },
  };
}
