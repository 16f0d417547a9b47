import { cpSync } from "node:fs";
import { join } from "node:path";
import { runningDigests } from "./support/cluster";
import { TestProject } from "./support/project";
import { useSandbox, type TestSandbox } from "./support/sandbox";

jest.setTimeout(240_000);

let sandbox: TestSandbox;
let project: TestProject;

beforeAll(async () => {
  sandbox = await useSandbox();
  project = new TestProject(sandbox, "first");
  cpSync(join(project.folder, "examples/hello"), join(project.folder, "services/second"), {
    recursive: true,
  });
  project.promotion((document) => {
    const targets = [{ name: "eu" }, { name: "us" }];
    document.environments = [{ name: "dev" }, { name: "prod", pin: "optional", targets }];
    document.services = { first: { path: "examples/hello" }, second: { path: "services/second" } };
  });
  project.commit("two services");
});
afterAll(() => project.remove());

async function stackOf(service: string, environment: string, target?: string): Promise<string> {
  const stack = [service, environment, target].filter(Boolean).join("-");
  await project.stack(stack, {
    service,
    environment,
    ...(target !== undefined && { target }),
    signer: sandbox.signer,
    ...(environment === "dev" && project.building),
    config: { GREETING: stack },
  });
  return stack;
}

test("P12: two services of one repository are promoted independently; a second target needs settings only", async () => {
  const first = (await project.mustUp(await stackOf("first", "dev"))).digest;
  const second = (await project.mustUp(await stackOf("second", "dev"))).digest;
  expect(first).not.toBe(second);

  const eu = await project.mustUp(await stackOf("first", "prod", "eu"));
  expect(eu.digest).toBe(first);
  expect(eu.release).toMatchObject({ service: "first", environment: "prod", target: "eu" });
  expect(await runningDigests(sandbox, "first-prod-eu")).toEqual([first]);

  const us = await stackOf("first", "prod", "us");
  const other = await stackOf("second", "prod", "us");
  expect((await project.mustUp(us)).digest).toBe(first);
  expect((await project.mustUp(other)).digest).toBe(second);
});
