// Asks what runs at ADDRESS whether it is the image DIGEST, and whether it does its work:
// ADDRESS=http://… DIGEST=sha256:… node --test --test-reporter=junit examples/hello/smoke.mjs
import assert from "node:assert/strict";
import { test } from "node:test";

const { ADDRESS = "", DIGEST = "" } = process.env;
const ask = (path) => fetch(new URL(path, ADDRESS), { signal: AbortSignal.timeout(5_000) });

test("the digest that answers is the one that is tested", async () => {
  assert.equal((await (await ask("/")).json()).digest, DIGEST);
});

test("it greets", async () => {
  assert.match((await (await ask("/")).json()).greeting, /\S/);
});

test("it says that it is ready and alive", async () => {
  assert.deepEqual([(await ask("/ready")).status, (await ask("/live")).status], [200, 200]);
});
