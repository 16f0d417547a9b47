import { spawn } from "node:child_process";
import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { kubectl } from "../support/cluster";
import type { TestSandbox } from "../support/sandbox";
import { objectsIn, program } from "./objects";
import { TestStack, type Program } from "./stack";

/** What a user of the Kubernetes provider relies on, the official one and its stand-in alike. */
export function describeKubernetesProvider(
  find: () => Promise<{ sandbox: TestSandbox; prefix: string }>,
): void {
  jest.setTimeout(180_000);
  let sandbox: TestSandbox;
  let image: string;
  let prefix: string;
  const stacks: TestStack[] = [];

  beforeAll(async () => {
    ({ sandbox, prefix } = await find());
    image = `${sandbox.registry}/base/node:24`;
  });
  afterEach(async () => {
    for (const stack of stacks.splice(0)) await stack.remove();
  });

  async function begin(name: string) {
    const stack = new TestStack(sandbox.environment);
    await stack.init();
    stacks.push(stack);
    const space = `${prefix}-${name}`;
    return { stack, space, ...objectsIn(space, image) };
  }
  const get = async (space: string, what: string, path: string): Promise<string> =>
    kubectl(sandbox, "get", what, "-n", space, "-o", `jsonpath={${path}}`).then((text) => text.trim());

  test("creates, shows what the finished rollout is, finds nothing to change, updates, and destroys", async () => {
    const { stack, space, namespace, deployment, service, configMap } = await begin("whole");
    const whole = (mode: string): Program => ({
      resources: [namespace, configMap({ name: "settings" }, { a: "1" }), service, deployment({ mode })],
      outputs: {
        generation: "web.metadata.generation",
        observed: "web.status.observedGeneration",
        available: "web.status.availableReplicas",
        address: "service.spec.clusterIP",
      },
    });
    expect(await stack.preview(whole("a"))).toMatchObject({ code: 0 });
    await stack.mustUp();
    const address = await get(space, "service/web", ".spec.clusterIP");
    expect(await stack.outputs()).toEqual({ generation: 1, observed: 1, available: 1, address });
    expect(await (await fetch(`http://${address}`)).text()).toBe("hi");
    expect(await stack.up(undefined, "--expect-no-changes")).toMatchObject({ code: 0 });

    const { output } = await stack.preview(whole("b"), "--diff");
    expect(output).toMatch(/"a" => "b"/);
    await stack.mustUp();
    expect(await stack.outputs()).toMatchObject({ generation: 2, observed: 2, available: 1 });
    expect(await get(space, "pods", ".items[*].spec.containers[0].env[0].value")).toBe("b");
    expect(await stack.up(undefined, "--expect-no-changes")).toMatchObject({ code: 0 });

    await stack.must("destroy", "--yes", "--skip-preview");
    expect(await kubectl(sandbox, "get", "namespace", space, "--ignore-not-found")).not.toContain(space);
  });

  test("a failed rollout fails with the reason, keeps it in the state, and is repaired by the next update", async () => {
    const { stack, space, namespace, deployment } = await begin("failed");
    await stack.mustUp(program(namespace, deployment()));
    const broken = program(namespace, deployment({ args: ["-e", "process.exit(3)"], mode: "broken" }));
    const { code, output } = await stack.up(broken);
    expect(code).not.toBe(0);
    expect(output).toMatch(/CrashLoopBackOff|exit code 3|Error/);
    const { initErrors = [], inputs } = await stack.state("web");
    expect(initErrors.join("\n")).toMatch(/CrashLoopBackOff|exit code 3|deadline|progress/i);
    expect(JSON.stringify(inputs)).not.toContain("broken");
    expect(await get(space, "deployment/web", ".status.availableReplicas")).toBe("1");

    await stack.mustUp(program(namespace, deployment()));
    expect((await stack.state("web")).initErrors ?? []).toEqual([]);
    expect(await stack.up(undefined, "--expect-no-changes")).toMatchObject({ code: 0 });
  });

  test("an image that cannot be pulled is named in the failure of a create", async () => {
    const { stack, namespace, deployment } = await begin("pull");
    const missing = `${sandbox.registry}/nothing/here:1`;
    const { code, output } = await stack.up(program(namespace, deployment({ image: missing })));
    expect(code).not.toBe(0);
    expect(output).toMatch(/ErrImagePull|ImagePullBackOff/);
    expect(output).toContain(missing);
    expect((await stack.state("web")).initErrors).not.toHaveLength(0);
  });

  test("pods that admission refuses are no silent wait: the reason is shown", async () => {
    const { stack, space, deployment } = await begin("admission");
    const metadata = { name: space, labels: { "pod-security.kubernetes.io/enforce": "restricted" } };
    const namespace = { kind: "core/v1/Namespace", name: "space", args: { metadata } };
    const { code, output } = await stack.up(program(namespace, deployment()));
    expect(code).not.toBe(0);
    expect(output).toContain("violates PodSecurity");
  });

  test("what cannot be changed is replaced: a selector under the same name, a ConfigMap under a new one", async () => {
    const { stack, space, namespace, deployment, configMap } = await begin("replace");
    const named = (label: string) => {
      const labels = { app: label };
      const spec = { selector: { matchLabels: labels } };
      const one = deployment({ spec }) as { args: { spec: { template: { metadata: object } } } };
      one.args.spec.template.metadata = { labels };
      return one as ReturnType<typeof deployment>;
    };
    await stack.mustUp(program(namespace, named("one"), configMap({}, { a: "1" })));
    const before = await get(space, "deployment/web", ".metadata.uid");
    const generated = (await stack.state("settings")).id ?? "";
    expect(generated).toMatch(new RegExp(`^${space}/settings-[0-9a-f]{8}$`));

    const { output } = await stack.preview(program(namespace, named("two"), configMap({}, { a: "2" })));
    expect(output.match(/replace/g)?.length).toBeGreaterThanOrEqual(2);
    await stack.mustUp();
    expect(await get(space, "deployment/web", ".metadata.uid")).not.toBe(before);
    expect((await stack.state("settings")).id).not.toBe(generated);
    expect(await kubectl(sandbox, "get", "configmap", "-n", space, "-o", "name")).not.toContain(
      generated.split("/")[1],
    );
    expect(await stack.up(undefined, "--expect-no-changes")).toMatchObject({ code: 0 });
  });

  test("secrets stay secret: in the output, in the state, in the preview", async () => {
    const { stack, space, namespace, secret } = await begin("secret");
    const password = "correct-horse-battery";
    const encoded = Buffer.from(password).toString("base64");
    const withOutput: Program = { resources: [namespace, secret(password)], outputs: { data: "login.data" } };
    const { output } = await stack.preview(withOutput, "--diff");
    const shown = await stack.mustUp();
    const state = JSON.stringify(await stack.states());
    for (const text of [output, shown, state]) {
      expect(text).not.toContain(password);
      expect(text).not.toContain(encoded);
    }
    expect(await stack.outputs()).toEqual({ data: "[secret]" });
    expect(await stack.outputs("--show-secrets")).toEqual({ data: { password: encoded } });
    expect(await get(space, "secret/login", ".data.password")).toBe(encoded);
    expect(await stack.up(undefined, "--expect-no-changes")).toMatchObject({ code: 0 });
  });

  test("a refresh finds drift, and the next update puts it right", async () => {
    const { stack, space, namespace, deployment } = await begin("drift");
    await stack.mustUp(program(namespace, deployment()));
    await kubectl(sandbox, "set", "env", "deployment/web", "MODE=by-hand", "-n", space);
    const refreshed = await stack.must("refresh", "--yes", "--skip-preview");
    expect(refreshed).toMatch(/~ 1 updated/);
    const { output } = await stack.preview(undefined, "--diff");
    expect(output).toMatch(/"by-hand" => "a"/);
    await stack.mustUp();
    expect(await get(space, "deployment/web", ".spec.template.spec.containers[0].env[0].value")).toBe("a");

    await kubectl(sandbox, "delete", "deployment", "web", "-n", space, "--wait");
    expect(await stack.must("refresh", "--yes", "--skip-preview")).toMatch(/- 1 deleted/);
    await stack.mustUp();
    expect(await get(space, "deployment/web", ".status.availableReplicas")).toBe("1");
  });

  test("a ValidatingAdmissionPolicy's refusal shows in the preview", async () => {
    const { stack, space, namespace, configMap } = await begin("policy");
    const policy = `${space}-no-x`;
    const rule = {
      apiGroups: [""],
      apiVersions: ["v1"],
      operations: ["CREATE", "UPDATE"],
      resources: ["configmaps"],
    };
    const admission = [
      {
        kind: "admissionregistration/v1/ValidatingAdmissionPolicy",
        name: "policy",
        args: {
          metadata: { name: policy },
          spec: {
            matchConstraints: { resourceRules: [rule] },
            validations: [
              { expression: "!has(object.data) || !('x' in object.data)", message: "x is not for us" },
            ],
          },
        },
      },
      {
        kind: "admissionregistration/v1/ValidatingAdmissionPolicyBinding",
        name: "binding",
        args: {
          metadata: { name: policy },
          spec: {
            policyName: policy,
            validationActions: ["Deny"],
            matchResources: { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": space } } },
          },
        },
      },
    ];
    const good = [namespace, ...admission, configMap({ name: "settings" }, { a: "1" })];
    await stack.mustUp(program(...good));
    const bad = { ...configMap({ name: "other" }, { x: "1" }), name: "other" };
    const deadline = Date.now() + 30_000;
    let refusal = await stack.preview(program(...good, bad));
    // The API server takes a moment until it enforces a new policy.
    while (refusal.code === 0 && Date.now() < deadline) refusal = await stack.preview();
    expect(refusal.code).not.toBe(0);
    expect(refusal.output).toContain("x is not for us");
    stack.declare(program(...good));
  });

  test("an object that somebody else made is not taken over", async () => {
    const { stack, space, configMap } = await begin("foreign");
    await kubectl(sandbox, "create", "namespace", space);
    await kubectl(sandbox, "create", "configmap", "settings", "-n", space, "--from-literal=a=theirs");
    try {
      const { code, output } = await stack.up(
        program(configMap({ name: "settings", namespace: space }, { a: "ours" })),
      );
      expect(code).not.toBe(0);
      expect(output).toContain("already exists");
      expect(await get(space, "configmap/settings", ".data.a")).toBe("theirs");
    } finally {
      await kubectl(sandbox, "delete", "namespace", space);
    }
  });

  test("a custom resource may follow its definition in the same update", async () => {
    const { stack, space, namespace, inSpace } = await begin("custom");
    const group = `${space}.example.com`;
    const definition = {
      kind: "apiextensions/v1/CustomResourceDefinition",
      name: "boxes",
      args: {
        metadata: { name: `boxes.${group}` },
        spec: {
          group,
          scope: "Namespaced",
          names: { plural: "boxes", singular: "box", kind: "Box" },
          versions: [
            {
              name: "v1",
              served: true,
              storage: true,
              schema: {
                openAPIV3Schema: {
                  type: "object",
                  properties: { spec: { type: "object", x_kubernetes_preserve_unknown_fields: true } },
                },
              },
            },
          ],
        },
      },
    };
    const box = {
      kind: `${group}/v1/Box`,
      name: "box",
      args: { metadata: { name: "one", namespace: inSpace }, spec: { size: 3 } },
      options: { dependsOn: ["boxes"] },
    };
    // Destroyed in the opposite order: a namespace waits long for a kind that went before it.
    const last = { ...namespace, options: { dependsOn: ["boxes"] } };
    expect(await stack.preview(program(definition, last, box))).toMatchObject({ code: 0 });
    await stack.mustUp();
    expect(await get(space, `boxes.${group}/one`, ".spec.size")).toBe("3");
    expect(await stack.up(undefined, "--expect-no-changes")).toMatchObject({ code: 0 });
  });

  test("an object is imported as it lives", async () => {
    const { stack, space, configMap } = await begin("import");
    await kubectl(sandbox, "create", "namespace", space);
    await kubectl(sandbox, "create", "configmap", "settings", "-n", space, "--from-literal=a=1");
    const imported = configMap({ name: "settings", namespace: space }, { a: "1" });
    const options = { import: `${space}/settings`, retainOnDelete: true };
    try {
      await stack.mustUp(program({ ...imported, options }));
      expect(await stack.up(undefined, "--expect-no-changes")).toMatchObject({ code: 0 });
      expect((await stack.state("settings")).id).toBe(`${space}/settings`);
    } finally {
      await kubectl(sandbox, "delete", "namespace", space);
    }
  });

  test("kill -9 of the CLI in a create leaves no provider behind, and the next update finds the object", async () => {
    const { stack, space, namespace, deployment } = await begin("killed");
    const slow: Program = {
      resources: [namespace, deployment({ delay: 6 })],
      // The official provider knows no object of its own again unless it may take over any.
      provider: { upsertExistingObjects: true },
    };
    stack.declare(slow);
    const cli = spawn("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", "test"], {
      cwd: stack.folder,
      env: stack.environment,
    });
    const exists = async () =>
      kubectl(sandbox, "get", "deployment", "web", "-n", space, "--ignore-not-found");
    while (!(await exists().catch(() => "")).includes("web")) expect(cli.exitCode).toBeNull();
    const providers = processesOf(stack.folder, "resource-kubernetes");
    expect(providers).toHaveLength(1);
    cli.kill("SIGKILL");
    while (providers.some((pid) => processesOf(stack.folder, "resource-kubernetes").includes(pid)));
    const uid = await get(space, "deployment/web", ".metadata.uid");

    await stack.must("cancel", "--yes");
    await stack.mustUp();
    expect(await get(space, "deployment/web", ".metadata.uid")).toBe(uid);
    expect(await stack.up(undefined, "--expect-no-changes")).toMatchObject({ code: 0 });
  });
}

/** Processes of a plugin: the engine starts them in the program's folder. */
function processesOf(folder: string, plugin: string): readonly string[] {
  const look = (read: () => string): string => {
    try {
      return read();
    } catch {
      return "";
    }
  };
  return readdirSync("/proc").filter(
    (pid) =>
      look(() => readFileSync(`/proc/${pid}/cmdline`, "utf8")).includes(plugin) &&
      look(() => readlinkSync(`/proc/${pid}/cwd`)) === folder,
  );
}
