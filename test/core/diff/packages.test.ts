import fc from "fast-check";
import type { Claim, Report } from "@waybill/core/evidence";
import { predicateType } from "@waybill/core/trust";
import { comparePackages, isRuntime, packagesOf } from "@waybill/core/diff";

const claim = (predicate: string, content: object): Claim =>
  ({ predicateType: predicateType(predicate), predicate: content }) as unknown as Claim;
const report = (...claims: Claim[]): Report => ({ claims }) as unknown as Report;
const spdx = (...packages: [string, string][]): Claim =>
  claim("spdx", {
    name: "ghcr.io/acme/hello",
    packages: packages.map(([name, versionInfo]) => ({ SPDXID: `SPDXRef-${name}`, name, versionInfo })),
  });

test("packages of an SPDX document, without the image that it describes", () => {
  expect(
    packagesOf(report(spdx(["ghcr.io/acme/hello", "sha256:1"], ["zlib", "1.3"], ["node", "24.1.0"]))),
  ).toEqual([
    { name: "node", version: "24.1.0" },
    { name: "zlib", version: "1.3" },
  ]);
});

test("packages of a CycloneDX document, without its files", () => {
  const components = [
    { type: "library", name: "zlib", version: "1.3" },
    { type: "file", name: "/etc/passwd" },
    { type: "library", name: "unversioned" },
  ];
  expect(packagesOf(report(claim("cyclonedx", { components })))).toEqual([
    { name: "unversioned", version: "" },
    { name: "zlib", version: "1.3" },
  ]);
});

test("documents of two platforms count a package once; without any, nothing is known", () => {
  expect(packagesOf(report(spdx(["zlib", "1.3"]), spdx(["zlib", "1.3"], ["glibc", "2.40"])))).toHaveLength(2);
  expect(packagesOf(report(claim("signature", {})))).toBeUndefined();
});

test("B5: what is added, removed and changed", () => {
  const before = [
    { name: "node", version: "24.0.0" },
    { name: "left-pad", version: "1.0.0" },
    { name: "two", version: "1" },
    { name: "two", version: "2" },
  ];
  const after = [
    { name: "node", version: "24.1.0" },
    { name: "zlib", version: "1.3" },
    { name: "two", version: "2" },
    { name: "two", version: "3" },
  ];
  expect(comparePackages(before, after)).toEqual({
    added: [{ name: "zlib", version: "1.3" }],
    removed: [{ name: "left-pad", version: "1.0.0" }],
    changed: [
      { name: "node", from: "24.0.0", to: "24.1.0" },
      { name: "two", from: "1", to: "3" },
    ],
  });
});

const packages = fc.uniqueArray(
  fc.record({ name: fc.constantFrom("a", "b", "c", "d"), version: fc.constantFrom("1", "2", "3") }),
  { selector: ({ name, version }) => `${name} ${version}` },
);

test("two equal lists differ in nothing, and swapping the two swaps the answer", () => {
  fc.assert(
    fc.property(packages, packages, (one, other) => {
      expect(comparePackages(one, one)).toEqual({ added: [], removed: [], changed: [] });
      const [there, back] = [comparePackages(one, other), comparePackages(other, one)];
      expect(back.added).toEqual(there.removed);
      expect(back.changed).toEqual(there.changed.map(({ name, from, to }) => ({ name, from: to, to: from })));
    }),
  );
});

test.each(["node", "python3.12", "openssl", "libc6", "glibc"])("%s is a part of the runtime", (name) => {
  expect(isRuntime({ name })).toBe(true);
});

test.each(["express", "node-fetch", "go-redis"])("%s is not", (name) => {
  expect(isRuntime({ name })).toBe(false);
});
