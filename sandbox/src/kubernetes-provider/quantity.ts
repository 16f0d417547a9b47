import type { Path, Value } from "@waybill/provider";

const form = /^([+-]?)(\d*)(?:\.(\d*))?(?:(Ki|Mi|Gi|Ti|Pi|Ei)|(n|u|m|k|M|G|T|P|E)|[eE]([+-]?\d+))?$/;
const binary = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const decimal: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};

/** Under these keys Kubernetes reads quantities and writes them back in its own form: 0.5 as 500m, 1024Mi as 1Gi. */
const quantityKeys: ReadonlySet<string> = new Set([
  "limits",
  "requests",
  "capacity",
  "hard",
  "podFixed",
  "min",
  "max",
  "default",
  "defaultRequest",
  "maxLimitRequestRatio",
  "sizeLimit",
  "divisor",
  "averageValue",
]);

export function isQuantityPath(path: Path): boolean {
  return path.slice(-2).some((step) => typeof step === "string" && quantityKeys.has(step));
}

export function sameQuantity(a: Value, b: Value): boolean {
  const left = parse(a);
  return left !== undefined && left === parse(b);
}

/** In units of 10⁻⁹, the finest that Kubernetes keeps. */
function parse(value: Value): bigint | undefined {
  if (typeof value !== "number" && typeof value !== "string") return undefined;
  const match = form.exec(String(value));
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", two, ten, exponent] = match;
  if (whole + fraction === "") return undefined;
  const power = 9 - fraction.length + (decimal[ten ?? ""] ?? Number(exponent ?? 0));
  const digits = BigInt(whole + fraction) * 1024n ** BigInt(two === undefined ? 0 : binary.indexOf(two) + 1);
  if (Math.abs(power) > 60) return undefined;
  const scaled = power >= 0 ? digits * 10n ** BigInt(power) : digits / 10n ** BigInt(-power);
  return sign === "-" ? -scaled : scaled;
}
