import fc from "fast-check";

/** One way to spoil a JSON document: where (a walk down, by turns), and what to put there. */
export interface Mutation {
  readonly walk: readonly number[];
  readonly kind: "delete" | "replace" | "duplicate" | "flip" | "rename" | "wrap";
  readonly value: unknown;
  readonly at: number;
}

export const mutation: fc.Arbitrary<Mutation> = fc.record({
  walk: fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 8 }),
  kind: fc.constantFrom("delete", "replace", "duplicate", "flip", "flip", "flip", "rename", "wrap"),
  value: fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(
      "",
      "0",
      "-1",
      "1e400",
      "9".repeat(30),
      null,
      [],
      {},
      "MAA=",
      "AAAA",
      "__proto__",
      "\u0000",
      1e308,
    ),
    fc.base64String({ maxLength: 64 }),
  ),
  at: fc.nat({ max: 100_000 }),
});

type Holder = Record<string | number, unknown>;

/** Applies it to a copy; walks that lead nowhere spoil where they end. */
export function mutate<Document extends object>(
  document: Document,
  { walk, kind, value, at }: Mutation,
): Document {
  const copy = structuredClone(document);
  let holder = copy as unknown as Holder;
  let key: string | number = "";
  for (const step of walk) {
    const keys = Object.keys(holder);
    if (keys.length === 0) break;
    key = keys[step % keys.length] ?? "";
    const next = holder[key];
    if (typeof next !== "object" || next === null || step === walk.at(-1)) break;
    holder = next as Holder;
  }
  spoil(holder, key, kind, value, at);
  return copy;
}

function spoil(
  holder: Holder,
  key: string | number,
  kind: Mutation["kind"],
  value: unknown,
  at: number,
): void {
  const old = holder[key];
  switch (kind) {
    case "delete":
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else Reflect.deleteProperty(holder, key);
      break;
    case "replace":
      holder[key] = value;
      break;
    case "duplicate":
      if (Array.isArray(old)) holder[key] = [...(old as unknown[]), ...(old as unknown[])];
      else holder[`${key}`.toUpperCase()] = old;
      break;
    case "flip":
      holder[key] = typeof old === "string" ? flipped(old, at) : value;
      break;
    case "rename":
      holder[String(value)] = old;
      break;
    case "wrap":
      holder[key] = [old];
      break;
  }
}

/** A byte inside where it is base64, else a character. */
function flipped(text: string, at: number): string {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length > 0 && bytes.toString("base64") === text) {
    bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ (1 << (at % 8));
    return bytes.toString("base64");
  }
  const index = at % Math.max(text.length, 1);
  return `${text.slice(0, index)}${String.fromCharCode((text.charCodeAt(index) || 0) ^ 1)}${text.slice(index + 1)}`;
}
