import {
  anonymous,
  createRegistry,
  type Registry,
  type Wire,
  type WireRequest,
} from "@waybill/core/registry";
import type { MemoryRegistry, TestAnswer } from "../../support/registry";

/** How the registry behaves beside what `memoryRegistry` is told. */
export interface Weather {
  /** For up to so many requests a list does not show what was just attached. */
  readonly lag: number;
  readonly random: () => number;
}

interface Waiting {
  readonly who: number;
  readonly go: () => void;
}

/** When a run dies: before its n-th request reaches the registry, or before it hears the answer. */
export interface Kill {
  readonly at: number;
  readonly heard: "before" | "after";
}

/**
 * Several processes and one registry, in one thread: which request is answered next is chance, and time passes only while nobody
 * waits for an answer. So a run of it is a possible history of the world, and another seed is another one.
 */
export class Simulation {
  private time = Date.parse("2026-06-01T12:00:00Z");
  private ticks = 0;
  private activity = 0;
  private readonly pending: Waiting[] = [];
  private readonly sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  private readonly visibleFrom = new Map<string, number>();
  private favourite = 0;
  private readonly fickleness: number;

  constructor(
    private readonly memory: MemoryRegistry,
    private readonly weather: Weather,
  ) {
    this.fickleness = 2 ** -Math.floor(weather.random() * 7);
  }

  readonly now = (): Date => new Date(this.time);

  readonly sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      this.activity++;
      this.sleepers.push({ until: this.time + ms, wake: resolve });
    });

  /** A process of its own; `dies` resolves when it is killed. */
  client(who: number, kill?: Kill): { registry: Registry; dies: Promise<"killed"> } {
    let requests = 0;
    let died: (outcome: "killed") => void = () => undefined;
    const dies = new Promise<"killed">((resolve) => (died = resolve));
    const never = (): Promise<never> => {
      died("killed");
      return new Promise(() => undefined);
    };
    const wire: Wire = {
      send: async (request) => {
        const mine = ++requests;
        if (kill && (mine > kill.at || (mine === kill.at && kill.heard === "before"))) return never();
        await this.turn(who);
        const answer = await this.answer(request);
        this.activity++;
        if (kill && (mine === kill.at || requests > kill.at)) return never();
        return toResponse(request, answer);
      },
      close: () => Promise.resolve(),
    };
    const clock = { now: () => this.time, sleep: this.sleep };
    const registry = createRegistry({ credentials: anonymous, clock, wire, random: this.weather.random });
    return { registry, dies };
  }

  /** Lets everything happen until all of this is settled. */
  async settle<Result>(all: readonly Promise<Result>[]): Promise<readonly PromiseSettledResult<Result>[]> {
    const state = { done: false };
    const results = Promise.allSettled(all).finally(() => (state.done = true));
    while (!state.done) {
      await this.quiet();
      const next = this.choose();
      if (next) next.go();
      else this.wakeNext();
    }
    return results;
  }

  private turn(who: number): Promise<void> {
    this.activity++;
    return new Promise((go) => this.pending.push({ who, go }));
  }

  /** Mostly the same one, so that others are left far behind. */
  private choose(): Waiting | undefined {
    if (this.weather.random() < this.fickleness) this.favourite = Math.floor(this.weather.random() * 3);
    const favoured = this.pending.findIndex(({ who }) => who === this.favourite);
    const index = favoured >= 0 ? favoured : Math.floor(this.weather.random() * this.pending.length);
    return this.pending.splice(index, 1)[0];
  }

  private wakeNext(): void {
    const next = [...this.sleepers].sort((one, other) => one.until - other.until)[0];
    if (!next) return;
    this.sleepers.splice(this.sleepers.indexOf(next), 1);
    this.time = Math.max(this.time, next.until);
    next.wake();
  }

  /** Until nobody has anything to do but to wait. */
  private async quiet(): Promise<void> {
    for (let before = -1, calm = 0; calm < 4; calm = before === this.activity ? calm + 1 : 0) {
      before = this.activity;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private async answer({ method, url, headers, body }: WireRequest): Promise<TestAnswer> {
    this.ticks++;
    // A process needs some time for each of its steps.
    this.time += 1;
    const bytes = await readAll(body);
    const lower = Object.fromEntries(
      Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]),
    );
    const answer = await this.memory.handler({
      method,
      url,
      headers: lower,
      read: () => Promise.resolve(bytes),
    });
    if (method === "PUT" && url.pathname.includes("/manifests/sha256:")) this.noteNew(url.pathname);
    return url.pathname.includes("/referrers/") ? this.lagging(answer) : answer;
  }

  private noteNew(path: string): void {
    const digest = path.slice(path.lastIndexOf("/") + 1);
    const lag = Math.floor(this.weather.random() * (this.weather.lag + 1));
    if (!this.visibleFrom.has(digest)) this.visibleFrom.set(digest, this.ticks + lag);
  }

  private lagging(answer: TestAnswer): TestAnswer {
    if (answer.status !== 200) return answer;
    const index = JSON.parse(String(answer.body)) as { manifests: { digest: string }[] };
    const manifests = index.manifests.filter(
      ({ digest }) => (this.visibleFrom.get(digest) ?? 0) <= this.ticks,
    );
    return { ...answer, body: JSON.stringify({ ...index, manifests }) };
  }
}

function toResponse({ method }: WireRequest, { status, headers, body = "" }: TestAnswer) {
  const bytes = Buffer.from(body);
  const length = method === "HEAD" ? {} : { "content-length": String(bytes.length) };
  return {
    status,
    headers: { ...length, ...headers } as Record<string, string | string[] | undefined>,
    body: once(method === "HEAD" ? Buffer.alloc(0) : bytes),
    discard: () => Promise.resolve(),
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

async function readAll(body: WireRequest["body"]): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0);
  if (body instanceof Uint8Array) return Buffer.from(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The same numbers for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
