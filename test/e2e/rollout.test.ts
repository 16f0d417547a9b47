import { spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { runningDigests } from "./support/cluster";
import { TestProject } from "./support/project";
import { useSandbox, type TestSandbox } from "./support/sandbox";

jest.setTimeout(240_000);

let sandbox: TestSandbox;
let project: TestProject;
let good: string | undefined;

beforeAll(async () => {
  sandbox = await useSandbox();
  project = new TestProject(sandbox, "rollout");
  await project.usualStacks();
  good = (await project.mustUp("dev")).digest;
  await project.mustUp("staging");
});
afterAll(() => project.remove());

async function breakTheServer(): Promise<void> {
  await project.stack("dev", {
    service: "rollout",
    environment: "dev",
    ...project.building,
    config: { GREETING: "hi" },
    rolloutSeconds: 10,
  });
  project.write("examples/hello/server.js", 'throw new Error("broken on purpose");\n');
  project.commit("broken");
}

describe("a failed rollout", () => {
  beforeAll(breakTheServer);

  test("fails the update with the reason, and what is released stays what runs", async () => {
    const { code, output } = await project.up("dev");
    expect(code).not.toBe(0);
    expect(output).toMatch(/CrashLoopBackOff|Error|exit code 1|progress deadline/i);
    expect((await project.outputs("dev")).digest).toBe(good);
    expect(await runningDigests(sandbox, "rollout-dev")).toEqual([good]);
  });

  test("is not published by --target either", async () => {
    const { code } = await project.up("dev", "--target", "**ServiceAccount**");
    expect((await project.outputs("dev")).digest).toBe(good);
    expect(code).not.toBe(0);
  });

  test("never reaches staging", async () => {
    expect((await project.mustUp("staging")).digest).toBe(good);
  });

  test("is over when the source is good again", async () => {
    project.git("revert", "--no-edit", "HEAD");
    const { digest } = await project.mustUp("dev");
    expect(await runningDigests(sandbox, "rollout-dev")).toEqual([digest]);
  });
});

test("--target of another resource publishes nothing new", async () => {
  const { digest } = await project.outputs("dev");
  project.write(
    "examples/hello/server.js",
    `${project.git("show", "HEAD:examples/hello/server.js")}\n// next\n`,
  );
  project.commit("next");
  await project.up("dev", "--target", "**ServiceAccount**");
  expect((await project.outputs("dev")).digest).toBe(digest);
});

test("kill -9 of pulumi in the middle of a rollout publishes nothing; the next update finishes it, with nothing pending", async () => {
  const before = await project.outputs("dev");
  const child = spawn(
    "pulumi",
    ["up", "--yes", "--skip-preview", "--non-interactive", ...project.at("dev")],
    { cwd: project.folder, env: project.environment },
  );
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const deadline = Date.now() + 60_000;
  while (!/Deployment hello updating|Deployment rollout updating/.test(output)) {
    if (Date.now() > deadline) throw new Error(`no rollout began:\n${output}`);
    await delay(20);
  }
  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("close", resolve));
  expect((await project.outputs("dev")).digest).toBe(before.digest);
  await project.must("cancel", "--yes", "--stack", "dev");
  await project.must("refresh", "--yes", "--skip-preview", "--clear-pending-creates", ...project.at("dev"));
  const after = await project.mustUp("dev");
  expect(after.digest).not.toBe(before.digest);
  expect(await project.pendingOperations("dev")).toBe(0);
  expect(await runningDigests(sandbox, "rollout-dev")).toEqual([after.digest]);
});
