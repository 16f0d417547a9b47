import { quote } from "../../image";
import { refusal, type ResultsError } from "../error";
import { LIMITS } from "./limits";
import { zoned } from "./times";

/** A place in a JSON document: whoever asks it for something gets that, or a refusal that names the place. */
export class Part {
  constructor(
    readonly file: string,
    readonly path: string,
    private readonly value: unknown,
  ) {}

  /** Tools in Go write null where they have nothing. */
  get isThere(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  get isList(): boolean {
    return Array.isArray(this.value);
  }

  get isObject(): boolean {
    return typeof this.value === "object" && this.value !== null && !this.isList;
  }

  get isText(): boolean {
    return typeof this.value === "string";
  }

  key(name: string): Part {
    if (!this.isObject) throw this.wrong("an object");
    const value = Object.hasOwn(this.value as object, name)
      ? (this.value as Record<string, unknown>)[name]
      : undefined;
    return new Part(this.file, `${this.path}/${name}`, value);
  }

  /** Through objects that may not be there. */
  reach(...names: readonly string[]): Part {
    return names.reduce<Part>(
      (part, name) =>
        part.isThere ? part.key(name) : new Part(this.file, `${part.path}/${name}`, undefined),
      this,
    );
  }

  keys(): string[] {
    if (!this.isObject) throw this.wrong("an object");
    return Object.keys(this.value as object);
  }

  items(): Part[] {
    if (!Array.isArray(this.value)) throw this.wrong("a list");
    if (this.value.length > LIMITS.items)
      throw refusal("too-large", this.file, `at most ${LIMITS.items} entries`, `${this.value.length}`);
    return this.value.map((item: unknown, index) => new Part(this.file, `${this.path}/${index}`, item));
  }

  itemsIfThere(): Part[] {
    return this.isThere ? this.items() : [];
  }

  text(): string {
    if (typeof this.value !== "string" || this.value === "") throw this.wrong("a text");
    return this.value;
  }

  /** Undefined where it is not there or empty. */
  textIfThere(): string | undefined {
    return this.isThere && this.value !== "" ? this.text() : undefined;
  }

  /** One of a closed set of words. */
  word<Word extends string>(words: readonly Word[]): Word {
    const found = words.find((word) => word === this.value);
    if (found === undefined) throw this.wrong(`one of ${words.join(", ")}`);
    return found;
  }

  flag(): boolean {
    if (typeof this.value !== "boolean") throw this.wrong("true or false");
    return this.value;
  }

  count(): number {
    if (!Number.isSafeInteger(this.value) || (this.value as number) < 0) throw this.wrong("a count");
    return this.value as number;
  }

  number(): number {
    if (typeof this.value !== "number" || !Number.isFinite(this.value)) throw this.wrong("a number");
    return this.value;
  }

  time(): number {
    const time = typeof this.value === "string" ? zoned(this.value) : undefined;
    if (time === undefined) throw this.wrong("a time with its zone, 2026-06-01T12:00:00Z");
    return time;
  }

  wrong(expected: string): ResultsError {
    const where = this.path === "" ? "" : ` at ${quote(this.path)}`;
    return refusal("unreadable", this.file, `${expected}${where}`, this.show());
  }

  private show(): string {
    if (this.value === undefined) return "none";
    if (typeof this.value === "string") return quote(this.value);
    if (this.isList) return "a list";
    return this.isObject ? "an object" : JSON.stringify(this.value);
  }
}
