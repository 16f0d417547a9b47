import { predicateOf, type CycloneDx, type Report, type Spdx } from "../evidence";

export interface Package {
  readonly name: string;
  readonly version: string;
}

export interface PackageChanges {
  readonly added: readonly Package[];
  readonly removed: readonly Package[];
  readonly changed: readonly { readonly name: string; readonly from: string; readonly to: string }[];
}

/** What people mean by "the runtime": what the program runs on, as SBOMs name it. */
const RUNTIMES =
  /^(node|nodejs|python[0-9.]*|go|golang|stdlib|openjdk.*|jre|jdk|ruby|dotnet.*|aspnetcore.*|deno|bun|php[0-9.]*|erlang|glibc|libc6|musl|openssl|libssl[0-9.]*(t64)?|alpine-baselayout|base-files)$/;

/** What is in an image by its SBOM; undefined where there is none that counts. */
export function packagesOf({ claims }: Report): readonly Package[] | undefined {
  const lists = claims.flatMap((claim) => {
    const spdx = predicateOf(claim, "spdx");
    const cyclonedx = predicateOf(claim, "cyclonedx");
    if (spdx) return [fromSpdx(spdx)];
    return cyclonedx ? [fromCycloneDx(cyclonedx)] : [];
  });
  if (lists.length === 0) return undefined;
  // One document for each platform of an image: a package that is in several of them is one package.
  const all = new Map(lists.flat().map((one) => [`${one.name}\0${one.version}`, one]));
  return [...all.values()].sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

export function comparePackages(from: readonly Package[], to: readonly Package[]): PackageChanges {
  const before = byName(from);
  const after = byName(to);
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  const changes = names.map((name) => {
    const old = before.get(name) ?? [];
    const now = after.get(name) ?? [];
    return {
      name,
      gone: old.filter((one) => !now.includes(one)),
      come: now.filter((one) => !old.includes(one)),
    };
  });
  return {
    added: changes
      .filter(({ gone }) => gone.length === 0)
      .flatMap(({ name, come }) => come.map((version) => ({ name, version }))),
    removed: changes
      .filter(({ come }) => come.length === 0)
      .flatMap(({ name, gone }) => gone.map((version) => ({ name, version }))),
    changed: changes
      .filter(({ gone, come }) => gone.length > 0 && come.length > 0)
      .map(({ name, gone, come }) => ({ name, from: gone.join(", "), to: come.join(", ") })),
  };
}

export function isRuntime({ name }: { readonly name: string }): boolean {
  return RUNTIMES.test(name);
}

function byName(packages: readonly Package[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { name, version } of packages) found.set(name, [...(found.get(name) ?? []), version]);
  return found;
}

/** The document describes the image itself as a package, too: that one is the digest, not what is in it. */
function fromSpdx({ packages = [], name }: Spdx): Package[] {
  return packages
    .filter((one) => one.name !== name && !one.SPDXID.startsWith("SPDXRef-DocumentRoot"))
    .map((one) => ({ name: one.name, version: one.versionInfo ?? "" }));
}

function fromCycloneDx({ components = [] }: CycloneDx): Package[] {
  return components
    .filter(({ type }) => type !== "file")
    .map(({ name, version = "" }) => ({ name, version }));
}

function key({ name, version }: Package): string {
  return `${name}\0${version}`;
}
