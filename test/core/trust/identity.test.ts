import fc from "fast-check";
import {
  confinement,
  isConfinedAway,
  matchesPattern,
  predicateName,
  predicateType,
} from "@waybill/core/trust";

test.each([
  ["https://ci.example/acme/*", "https://ci.example/acme/shop", true],
  ["https://ci.example/acme/*", "https://ci.example/acme/", true],
  ["https://ci.example/acme/*", "https://ci.example/acme/a/b", false],
  ["https://ci.example/acme/**", "https://ci.example/acme/a/b", true],
  ["https://ci.example/acme/**", "https://ci.example/evil/acme/a", false],
  ["*@acme.example", "dev@acme.example", true],
  ["*@acme.example", "dev@evil@acme.example", false],
  ["*@acme.example", "dev@acme.example.evil", false],
  ["refs/heads/release/*", "refs/heads/release/1.0", true],
  ["a*b*c", "axxbxxc", true],
  ["a*b*c", "axxbxxcd", false],
  ["a**b", "a/x@y/b", true],
  ["", "", true],
  ["", "a", false],
  ["*", "", true],
  ["a.c", "abc", false],
  ["[a-z]+", "abc", false],
  ["$^", "", false],
])("the pattern %j and the name %j: %j", (pattern, name, expected) => {
  expect(matchesPattern(pattern, name)).toBe(expected);
});

test("a pattern without star matches itself and nothing else", () => {
  const name = fc.string({ unit: "binary" }).map((text) => text.replaceAll("*", "x"));
  fc.assert(fc.property(name, name, (one, other) => matchesPattern(one, other) === (one === other)));
  fc.assert(fc.property(name, (one) => matchesPattern(one, one)));
});

test("** matches what every part of the name is replaced with", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (start, middle, end) => {
      const [from, to] = [start, end].map((text) => text.replaceAll("*", "x"));
      return matchesPattern(`${from ?? ""}**${to ?? ""}`, `${from ?? ""}${middle}${to ?? ""}`);
    }),
  );
});

test("a hostile name takes no time to speak of", () => {
  const pattern = `${"**a".repeat(100)}b`;
  const started = performance.now();
  expect(matchesPattern(pattern, "a".repeat(2000))).toBe(false);
  expect(performance.now() - started).toBeLessThan(1000);
});

test("a key that is confined to hosts is for these hosts, whatever the port", () => {
  const hosts = confinement("Waybill-Only-For: 127.0.0.1, localhost\n-----BEGIN PUBLIC KEY-----\n");
  expect(hosts).toEqual(["127.0.0.1", "localhost"]);
  expect(isConfinedAway(hosts, "127.0.0.1:5000")).toBe(false);
  expect(isConfinedAway(hosts, "localhost")).toBe(false);
  expect(isConfinedAway(hosts, "registry.example")).toBe(true);
  expect(isConfinedAway(hosts, "127.0.0.1.evil.example")).toBe(true);
  expect(isConfinedAway(hosts, undefined)).toBe(true);
  expect(isConfinedAway([], "localhost")).toBe(true);
  expect(isConfinedAway(confinement("-----BEGIN PUBLIC KEY-----\n"), undefined)).toBe(false);
});

test("short names of predicate types lead to the types and back; a type stands for itself", () => {
  expect(predicateType("provenance")).toBe("https://slsa.dev/provenance/v1");
  expect(predicateName("https://slsa.dev/provenance/v1")).toBe("provenance");
  expect(predicateType("https://acme.example/mine/v1")).toBe("https://acme.example/mine/v1");
  expect(predicateType("toString")).toBe("toString");
});
