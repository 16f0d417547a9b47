import { isNodeReady } from "../../../sandbox/src/cluster/api";

const node = (type: string, status: string) => ({
  status: 200,
  body: JSON.stringify({ status: { conditions: [{ type, status }] } }),
});

test.each([
  [node("Ready", "True"), true],
  [node("Ready", "False"), false],
  [node("Ready", "Unknown"), false],
  [node("DiskPressure", "True"), false],
  [{ status: 200, body: "{}" }, false],
  [{ status: 404, body: '{"status":"Failure"}' }, false],
  [{ status: 0, body: "" }, false],
])("%j: ready %s", (answer, ready) => {
  expect(isNodeReady(answer)).toBe(ready);
});
