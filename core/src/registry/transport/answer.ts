import type { Attempts } from "./attempts";
import type { Host } from "./host";
import type { WireResponse } from "./wire";

/** What a host said, with its errors translated. */
export class Answer {
  constructor(
    readonly about: string,
    readonly url: URL,
    readonly host: Host,
    private readonly response: WireResponse,
    private readonly attempts: Attempts,
    /** When the request set out: what it brings back may be as old as that. */
    readonly sentAt: number,
  ) {}

  get status(): number {
    return this.response.status;
  }

  header(name: string): string | undefined {
    const value = this.response.headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  headers(name: string): readonly string[] {
    const value = this.response.headers[name];
    return value === undefined ? [] : [value].flat();
  }

  async *body(): AsyncGenerator<Uint8Array> {
    try {
      yield* this.response.body;
    } catch (thrown) {
      throw this.attempts.translate(thrown, this.host);
    }
  }

  async discard(): Promise<void> {
    await this.response.discard();
  }
}
