import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findNode, isFit, needed } from "../../cli/bin/runtime";

const cache = mkdtempSync(join(tmpdir(), "waybill-cache-"));
afterAll(() => rmSync(cache, { recursive: true }));

function install(version: string): string {
  const node = join(cache, "node", version, "bin", "node");
  mkdirSync(dirname(node), { recursive: true });
  writeFileSync(node, "");
  chmodSync(node, 0o755);
  return node;
}

test.each([
  ["20.20.2", false],
  ["22.21.9", false],
  ["22.22.0", true],
  ["22.100.0", true],
  ["24.21.0", true],
  ["100.0.0", true],
])("Node %s is fit: %p", (version, fit) => {
  expect(needed).toBe("22.22.0");
  expect(isFit(version)).toBe(fit);
});

test("takes the newest fitting Node from the cache, wherever the cache is", () => {
  expect(findNode({ WAYBILL_CACHE: cache })).toBeUndefined();
  install("20.20.2");
  install("tmp-24.0.0");
  mkdirSync(join(cache, "node", "99.0.0"));
  expect(findNode({ WAYBILL_CACHE: cache })).toBeUndefined();
  install("24.9.0");
  const newest = install("24.21.0");
  expect(findNode({ WAYBILL_CACHE: cache, XDG_CACHE_HOME: "/nowhere" })).toBe(newest);
});
