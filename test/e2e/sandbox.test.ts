import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";
import { parsePinned } from "@waybill/core/image";
import { attest, prove, signingOf } from "@waybill/core/proof";
import { anonymous, createRegistry } from "@waybill/core/registry";
import { parseTrust, predicateType } from "@waybill/core/trust";
import { parseListeners } from "../../sandbox/src/host/listeners";
import { markedProcesses, readCommand, withDescendants } from "../../sandbox/src/host/processes";
import { KEYS, SIGNERS, signingFile } from "../../sandbox/src/signing";
import { run, SandboxDriver } from "../sandbox/driver";

jest.setTimeout(180_000);

const sandbox = new SandboxDriver(5890);
const { place } = sandbox;
beforeAll(() => sandbox.begin());
afterAll(() => sandbox.remove());

test("up starts every part and says how long each took; a second up changes nothing", async () => {
  const out = await sandbox.mustUp();
  for (const name of ["registry", "timestamp", "buildkit", "cluster", "images", "pulumi"]) {
    expect(out).toMatch(new RegExp(`^ {2}${name} +\\d+\\.\\d s {2}`, "m"));
  }
  expect(out).toMatch(/^Sandbox on port 5890 is up \(\d+\.\d s\)$/m);
  const running = sandbox.pids();
  expect(await sandbox.mustUp()).toMatch(/^Sandbox on port 5890 was up/m);
  expect(sandbox.pids()).toEqual(running);

  const status = await sandbox.command("status");
  expect(status.code).toBe(0);
  expect(status.out).toMatch(
    /registry +running +pid \d+ +127\.0\.0\.1:5890\n.*timestamp +running +pid \d+ +127\.0\.0\.1:6402\n.*buildkit +running.*\n.*cluster +running/,
  );
  expect(status.out).toMatch(/memory +\d+ MB\n +providers kubernetes 4\.[\d.]+ \((official|stand-in)\)/);
});

test("a shell gets the sandbox's programs and places", async () => {
  const { out } = await sandbox.command("env");
  const shell = await run("sh", [
    "-c",
    `${out} pulumi whoami --json && kubectl get nodes -o name && node --version`,
  ]);
  expect(shell).toMatchObject({ code: 0, err: "" });
  expect(shell.out).toContain("node/sandbox");
  expect(shell.out).toContain(process.version);
});

test("a pod pinned by digest runs that digest, and it and its service answer the host", async () => {
  const image = await sandbox.deployHello();
  await sandbox.expectHello();
  const running = "jsonpath={.items[0].status.containerStatuses[0].imageID}";
  expect(await sandbox.kubectl("get", "pods", "--selector=app=hello", "-o", running)).toBe(image);
  expect(await sandbox.kubectl("exec", "deployment/hello", "--", "node", "-p", "process.getuid()")).toBe(
    "65532\n",
  );
});

test("a ValidatingAdmissionPolicy is obeyed", async () => {
  const meta = { name: "digests-only" };
  await sandbox.apply(
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicy",
      metadata: meta,
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] },
          ],
        },
        validations: [
          { expression: "object.spec.containers.all(c, c.image.contains('@'))", message: "no digest" },
        ],
      },
    },
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: meta,
      spec: { policyName: meta.name, validationActions: ["Deny"] },
    },
  );
  // The API server takes a moment to obey a new policy.
  const refused = "kubectl run tagged --image=x:1 --dry-run=server 2>&1 | grep -q 'no digest'";
  expect(await sandbox.shell(`timeout 30 sh -c "until ${refused}; do :; done"`)).toMatchObject({ code: 0 });
  await sandbox.kubectl("delete", "validatingadmissionpolicybinding", meta.name);
});

test("the registry lists referrers, as OCI 1.1 says", async () => {
  const answer = await fetch(`http://${place.registry}/v2/base/node/referrers/${await sandbox.nodeDigest()}`);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ mediaType: "application/vnd.oci.image.index.v1+json" });
});

test("what the sandbox and its people sign has a trusted time", async () => {
  const registry = createRegistry({ credentials: anonymous });
  const image = parsePinned(`${place.registry}/base/node@${await sandbox.nodeDigest()}`);
  const begun = Math.floor(Date.now() / 1000) * 1000;
  for (const signer of SIGNERS) {
    const statement = { predicateType: predicateType("signature"), predicate: {} };
    const signing = signingOf(signingFile(place, signer), image.registry);
    await attest(registry, image, statement, signing, { now: new Date() });
  }
  const may = [{ say: ["signature"], for: ["dev"] }];
  const signers = SIGNERS.map((name) => ({ name, key: { file: `${name}.pub` }, root: "sandbox", may }));
  const policy = { version: 1, roots: { sandbox: { file: "trusted-root.json" } }, signers };
  const trust = parseTrust("trust.yaml", JSON.stringify(policy), (file) =>
    readFileSync(path.join(KEYS, file), "utf8"),
  );
  const { claims, refused } = await prove(registry, image, { environment: "dev", now: new Date() }, trust);
  await registry.close();
  expect(refused).toEqual([]);
  expect(claims.flatMap(({ trustedAs }) => trustedAs).sort()).toEqual([...SIGNERS].sort());
  for (const { time } of claims) {
    expect(time?.getTime()).toBeGreaterThanOrEqual(begun);
    expect(time?.getTime()).toBeLessThanOrEqual(Date.now());
  }
});

test("nothing listens but registry and timestamp authority on loopback, and in the cluster its loopback and node address", () => {
  const ours = new Set(withDescendants(markedProcesses(place.folder)).map(({ pid }) => pid));
  const held = new Set([...ours].flatMap(socketsOf));
  const listening = (pid: number | "self") =>
    ["tcp", "tcp6"].flatMap((table) => parseListeners(readFileSync(`/proc/${pid}/net/${table}`, "utf8")));
  const onHost = listening("self").filter(({ inode }) => held.has(inode));
  expect(onHost.map(({ address, port }) => `${address}:${port}`).sort()).toEqual([
    "127.0.0.1:5890",
    "127.0.0.1:6402",
  ]);

  const kubelet = [...ours].find((pid) => readCommand(pid)[0]?.endsWith("/kubelet")) ?? 0;
  const inside = listening(kubelet);
  expect(inside.length).toBeGreaterThan(5);
  const allowed = ["127.0.0.1", place.network.nodeAddress];
  expect(inside.filter(({ address }) => !allowed.includes(address))).toEqual([]);
});

test("the base image has the same digest when it is built again", async () => {
  const digest = await sandbox.nodeDigest();
  for (const reference of ["24", digest]) {
    await sandbox.nodeManifest(reference, "DELETE");
  }
  expect((await sandbox.nodeManifest("24")).status).toBe(404);
  expect(await sandbox.mustUp()).toContain(`${place.registry}/base/node:24`);
  expect(await sandbox.nodeDigest()).toBe(digest);
});

function socketsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      return []; // closed meanwhile
    }
  });
}
