import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { placeOf } from "../../../sandbox/src/place";
import { writeDockerConfig } from "../../../sandbox/src/pulumi/docker-config";

test("the sandbox's BuildKit is the builder of whoever names none", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "waybill-docker-"));
  const place = placeOf({ port: 5801, stateDir: folder });
  writeDockerConfig(place);
  writeDockerConfig(place);
  const read = (name: string) =>
    JSON.parse(readFileSync(path.join(place.dockerConfig, name), "utf8")) as unknown;
  expect(read("buildx/current")).toEqual({ Key: "", Name: "waybill", Global: true });
  expect(read("buildx/instances/waybill")).toMatchObject({
    Name: "waybill",
    Driver: "remote",
    Nodes: [{ Endpoint: `unix://${place.folder}/buildkit/bk.sock` }],
  });
  expect(read("config.json")).toEqual({});
  rmSync(folder, { recursive: true });
});
