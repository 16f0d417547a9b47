import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { CLONE } from "../../../sandbox/src/clone";
import { DEFAULT_PORT, placeOf } from "../../../sandbox/src/place";
import { copySettings } from "../../../sandbox/src/start/settings";

const stateDir = mkdtempSync(path.join(tmpdir(), "waybill-settings-"));
afterAll(() => rmSync(stateDir, { recursive: true }));

const tracked = readFileSync(path.join(CLONE, "Pulumi.dev.yaml"), "utf8");

function copied(port: number): string {
  const place = placeOf({ port, stateDir });
  const settings = (stack: string): string => path.join(place.folder, `Pulumi.${stack}.yaml`);
  copySettings({ folder: CLONE, environment: {}, policyPack: "", settings }, "dev", place);
  return readFileSync(settings("dev"), "utf8");
}

test("the usual sandbox gets the tracked settings as they are", () => {
  expect(copied(DEFAULT_PORT)).toBe(tracked);
});

test("another one gets its own registry and signing file instead", () => {
  const { config } = parse(copied(5801)) as { config: Record<string, unknown> };
  expect(config).toMatchObject({
    "waybill:registry": "127.0.0.1:5801",
    "waybill:signer": `${stateDir}/sandbox-5801/signing/sandbox.yaml`,
    "waybill:buildArgs": { BASE_IMAGE: "127.0.0.1:5801/base/node:24" },
  });
});
