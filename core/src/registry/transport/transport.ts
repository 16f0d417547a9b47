import type { Authorizer } from "../auth/authorizer";
import { abortable } from "./abortable";
import { Answer } from "./answer";
import { aborted, Attempts, type RetryPolicy, Setback } from "./attempts";
import type { Clock } from "./clock";
import { Host, type HostLimits, type HostReport } from "./host";
import { isRedirect, MOST_REDIRECTS, safeTarget } from "./redirect";
import { refusal } from "./refusal";
import { registryError } from "../errors";
import type { Method, Wire } from "./wire";

/** On whose behalf a request is sent: credentials for `registry` go to `home` and nowhere else. */
export interface Access {
  readonly registry: string;
  readonly home: URL;
  /** Distribution token scope, such as `repository:team/app:pull`. */
  readonly scope: string;
}

export interface Call {
  /** What is being done to what, for messages. */
  readonly about: string;
  readonly method: Method;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** A function where it is large; it is called again for every attempt. */
  readonly body?: Uint8Array | (() => AsyncIterable<Uint8Array>);
  /** Bytes in the larger of the two bodies: they earn time. */
  readonly bytes?: number;
  /** The statuses that mean success. */
  readonly expect: readonly number[];
  readonly access?: Access;
  readonly signal?: AbortSignal | undefined;
  /** False where a second try has to look first what the first one did: then `send` throws its setbacks. */
  readonly retry?: boolean;
  readonly lane?: "requests" | "downloads" | "tokens";
  /** For what must follow closely on what was just read: it goes first, and after this moment it is not sent at all. */
  readonly notAfter?: number;
  /** False where the request itself is secret. */
  readonly redirects?: boolean;
}

export interface TransportTools {
  readonly wire: Wire;
  readonly clock: Clock;
  readonly random: () => number;
  readonly retry: RetryPolicy;
  readonly limits: HostLimits;
}

const USER_AGENT = "waybill";

/** Carries calls to hosts: waits for its turn, signs in, follows redirects, tries again. */
export class Transport {
  private readonly hosts = new Map<string, Host>();
  private readonly authorizer: Authorizer;

  constructor(
    private readonly tools: TransportTools,
    authorizer: (transport: Transport) => Authorizer,
  ) {
    this.authorizer = authorizer(this);
  }

  /** The whole of a call whose answer is small; `read` takes what it needs of the body. */
  async send<T>(call: Call, read: (answer: Answer) => Promise<T> | T): Promise<T> {
    return this.within(call, async (attempts) => {
      for (;;) {
        try {
          const answer = await this.exchange(call, attempts);
          try {
            return await read(answer);
          } finally {
            await answer.discard();
          }
        } catch (failure) {
          if (call.retry === false) throw attempts.heed(failure);
          await attempts.recover(failure);
        }
      }
    });
  }

  /** Runs an operation in its lane, with its own attempts and its own deadline. */
  async within<T>(call: Call, run: (attempts: Attempts) => Promise<T>): Promise<T> {
    const { attempts, leave } = await this.enter(call);
    try {
      return await run(attempts);
    } finally {
      leave();
    }
  }

  /** As `within`, for whoever cannot be wrapped: `leave` must be called at the end. */
  async enter(call: Call): Promise<{ readonly attempts: Attempts; readonly leave: () => void }> {
    const lane = this.hostOf(call.url)[call.lane ?? "requests"];
    const free = await lane.enter(call.signal, call.notAfter !== undefined).catch((cause: unknown) => {
      throw aborted(call.about, cause);
    });
    const attempts = this.attempts(call);
    // Whoever begins to read a blob and then forgets about it does not keep the place.
    attempts.signal.addEventListener("abort", free, { once: true });
    return {
      attempts,
      leave: () => {
        attempts.end();
        free();
      },
    };
  }

  /** The patience for one operation. */
  attempts({ about, signal, bytes = 0 }: Pick<Call, "about" | "signal" | "bytes">): Attempts {
    return new Attempts(about, this.tools.retry, this.tools, signal, bytes);
  }

  /** One attempt: an answer that the call hoped for, or an error. */
  async exchange(call: Call, attempts: Attempts): Promise<Answer> {
    const answer = await this.authorized(call, attempts);
    if (call.expect.includes(answer.status)) return answer;
    if (answer.status === 429) answer.host.rateLimited();
    try {
      throw await refusal(answer, this.tools.clock);
    } finally {
      await answer.discard();
    }
  }

  report(): readonly HostReport[] {
    return [...this.hosts.values()].map((host) => host.report());
  }

  async close(): Promise<void> {
    await this.tools.wire.close();
  }

  private async authorized(call: Call, attempts: Attempts): Promise<Answer> {
    const { access } = call;
    if (access === undefined) return this.follow(call, undefined, attempts);
    let authorization = await this.signIn(this.authorizer.headerFor(access), call, attempts);
    // Twice: once for who we are, once more where the registry asks for another scope than the usual one.
    for (let round = 0; ; round++) {
      const answer = await this.follow(call, authorization, attempts);
      // Only the registry itself may ask who we are: not a host it redirects to (CVE-2020-15157).
      if (answer.status !== 401 || answer.url.origin !== access.home.origin || round === 2) return answer;
      const asked = answer.headers("www-authenticate");
      const refused = { header: authorization, fresh: round > 0 };
      const next = await this.signIn(this.authorizer.headerAfter(access, asked, refused), call, attempts);
      if (next === undefined || next === authorization) return answer;
      await answer.discard();
      authorization = next;
    }
  }

  /** Signing in is shared between operations, so it goes on when one of them is called off. */
  private async signIn(
    header: Promise<string | undefined>,
    call: Call,
    attempts: Attempts,
  ): Promise<string | undefined> {
    try {
      return await abortable(header, attempts.signal);
    } catch (thrown) {
      throw attempts.translate(thrown, this.hostOf(call.url));
    }
  }

  private async follow(call: Call, authorization: string | undefined, attempts: Attempts): Promise<Answer> {
    let { url } = call;
    for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
      const answer = await this.once({ ...call, url }, authorization, attempts);
      if (call.redirects === false || !isRedirect(answer.status, call.method)) return answer;
      await answer.discard();
      url = safeTarget(call.about, url, answer.header("location"));
    }
    throw registryError("unsafe-redirect", {
      about: call.about,
      expected: `at most ${MOST_REDIRECTS} redirects`,
      found: "more",
    });
  }

  private async once(call: Call, authorization: string | undefined, attempts: Attempts): Promise<Answer> {
    const host = this.hostOf(call.url);
    const trusted = authorization !== undefined && call.access?.home.origin === call.url.origin;
    try {
      const urgent = call.notAfter !== undefined;
      await host.admit({ about: call.about, urgent }, attempts.deadline, attempts.signal);
      const sentAt = this.tools.clock.now();
      if (call.notAfter !== undefined && sentAt > call.notAfter) throw tooLate(call.about, host);
      const response = await this.tools.wire.send({
        method: call.method,
        url: call.url,
        headers: {
          "user-agent": USER_AGENT,
          "accept-encoding": "identity",
          ...call.headers,
          ...(trusted && { authorization }),
        },
        body: typeof call.body === "function" ? call.body() : call.body,
        signal: attempts.signal,
      });
      return new Answer(call.about, call.url, host, response, attempts, sentAt);
    } catch (thrown) {
      throw attempts.translate(thrown, host);
    }
  }

  private hostOf(url: URL): Host {
    let host = this.hosts.get(url.host);
    if (!host) {
      host = new Host(url.host, this.tools.limits, this.tools.clock, this.tools.random);
      this.hosts.set(url.host, host);
    }
    return host;
  }
}

function tooLate(about: string, host: Host): Setback {
  const found = "a pause in between";
  return new Setback(
    registryError("conflict", { about, expected: "to write right after reading", found }),
    host,
  );
}
