import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { placeOf } from "../../sandbox/src/place";
import { assertOwner, readRecord, writeRecord } from "../../sandbox/src/record";
import { refusalOf } from "./refusal";

const folder = mkdtempSync(path.join(tmpdir(), "waybill-record-"));
const place = placeOf({ port: 5801, stateDir: folder });
afterAll(() => rmSync(folder, { recursive: true }));

test("none yet belongs to whoever comes first; one that is written is read back, and leaves no draft", () => {
  expect(readRecord(place)).toBeUndefined();
  assertOwner(place, "/clone");
  const record = { version: 1, port: 5801, owner: "/clone" } as const;
  writeRecord(place, record);
  expect(readRecord(place)).toEqual(record);
  expect(readdirSync(place.folder)).toEqual(["sandbox.json"]);
  assertOwner(place, "/clone");
});

test("another clone is refused, and told the three ways on", () => {
  expect(refusalOf(() => assertOwner(place, "/other"))).toMatchObject({
    code: "other-clone",
    message:
      "the sandbox on port 5801: expected one made by this clone, /other, found one made by /clone. " +
      "Use it from there, or remove it with `npm run sandbox -- down`, " +
      "or have one of your own: WAYBILL_SANDBOX_PORT=5802",
  });
});

test("a broken record is refused", () => {
  writeFileSync(place.record, "{");
  expect(refusalOf(() => readRecord(place))).toMatchObject({ code: "bad-state" });
});
