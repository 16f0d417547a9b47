import { addImage, bench, closeAll, memoryRegistry, withFaults } from "../support/registry";
import { provenShelf } from "../core/offline/support";
import { audit, DIGEST, estate, PINNED, pod, program, rows } from "./audit-support";
import { desk, trustFile } from "./evidence";

afterEach(closeAll);

describe("--cluster", () => {
  const script = (get: string) => `
case "$1 $2" in
"api-resources --verbs=list") cat <<'END'
configmaps    cm      v1                    true   ConfigMap
pods          po      v1                    true   Pod
secrets               v1                    true   Secret
services      svc     v1                    true   Service
deployments   deploy  apps/v1               true   Deployment
widgets               example.com/v1alpha1  true   Widget
pods                  metrics.k8s.io/v1beta1  true   PodMetrics
END
;;
${get}
*) echo "asked for $2" >&2; exit 1;;
esac`;
  const list = (kind: string, ...items: readonly object[]) =>
    JSON.stringify({ apiVersion: "v1", kind: `${kind}List`, items });
  const mirror = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "etcd",
      namespace: "kube-system",
      annotations: { "kubernetes.io/config.mirror": "x" },
    },
    spec: { hostNetwork: true, containers: [{ name: "etcd", image: "etcd:3" }] },
    status: { containerStatuses: [{ name: "etcd", imageID: `etcd@${DIGEST}` }] },
  };

  test("POL-022, POL-028: all kinds with images in all namespaces, static pods too; never Secrets or ConfigMaps", async () => {
    const kubectl = program("kubectl", script(`
"get pods") echo '${list("Pod", mirror)}';;
"get deployments.v1.apps") echo '${list("Deployment")}';;
"get services") echo '${list("Service")}';;
"get widgets.v1alpha1.example.com") echo '${list("Widget", { apiVersion: "example.com/v1alpha1", kind: "Widget", metadata: { name: "w" }, spec: { image: "w:1" } })}';;`)); // prettier-ignore
    const { code, out, err } = await audit(["--cluster", "--json"], "", kubectl);
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(rows(out)).toMatchObject([
      {
        file: "cluster",
        line: 0,
        kind: "Pod",
        namespace: "kube-system",
        image: "etcd:3",
        mirror: true,
        running: DIGEST,
        exposed: true,
      },
      { kind: "Widget", image: "w:1", guessed: true },
    ]);
  });

  test("what may not be listed is named, and the rest is still audited", async () => {
    const kubectl = program("kubectl", script(`"get pods") echo '${list("Pod", mirror)}';;`));
    const { code, out, err } = await audit(["--cluster", "--json"], "", kubectl);
    expect(code).toBe(2);
    expect(rows(out)).toHaveLength(1);
    expect(err).toContain("waybill: cluster: not read: deployments.v1.apps: asked for deployments.v1.apps\n");
  });

  test("without kubectl, or without a cluster, there is no answer", async () => {
    expect(await audit(["--cluster"])).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringContaining("none on PATH") as string,
    });
    const kubectl = program("kubectl", "echo connection refused >&2; exit 1");
    expect(await audit(["--cluster"], "", kubectl)).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringContaining("connection refused") as string,
    });
  });
});

describe("promotion.yaml", () => {
  const promotion = (more: string) =>
    `version: 1\nowner: a@example.com\nnextReview: 2027-06-01\nenvironments: [{ name: dev }]\nservices: { a: { path: . } }\ntrust: { signers: [] }\n${more}`;

  test("POL-016, POL-017: its registries, and its image paths", async () => {
    const folder = estate({
      "promotion.yaml": promotion(
        "registries: [registry.example/team]\nimagePaths: [{ group: example.com, kind: Widget, path: spec.engine }]\n",
      ),
      "k8s/a.yaml": pod(PINNED, `registry.example/team/app@${DIGEST}`),
      "k8s/b.yaml": "apiVersion: example.com/v1\nkind: Widget\nspec: { engine: e }\n",
    });
    const { code, out } = await audit([`${folder}/k8s`, "--json", "--promotion", `${folder}/promotion.yaml`]);
    expect(code).toBe(1);
    expect(
      rows(out).map(({ image, registryAllowed, code: why, guessed }) => [
        image,
        registryAllowed,
        why,
        guessed,
      ]),
    ).toEqual([
      [PINNED, false, "registry", false],
      ["e", false, "not-pinned", false],
      [`registry.example/team/app@${DIGEST}`, true, "pinned", false],
    ]);
  });
});

describe("--verify", () => {
  test("asks once for each pinned image whether somebody trusted signed it", async () => {
    const at = await desk(provenShelf());
    const other = addImage(at.memory, "team/other", "x").digest;
    const host = at.image.split("/")[0] ?? "";
    const folder = estate({ "a.yaml": pod(at.image, at.image, `${host}/team/other@${other}`, "tag:1") });
    const { code, out } = await audit([folder, "--json", "--verify", "--trust", trustFile()]);
    expect(code).toBe(1);
    expect(
      rows(out).map(({ signed, promoted, verdict, code: why }) => [signed, promoted, verdict, why]),
    ).toEqual([
      ["no", "not asked", "no", "unsigned"],
      ["not asked", "not asked", "no", "not-pinned"],
      ["yes", "not asked", "yes", "pinned"],
      ["yes", "not asked", "yes", "pinned"],
    ]);
    expect(at.log.filter((request) => request.includes("/referrers/"))).toHaveLength(2);
  });

  test("a registry that does not answer is no no: exit 3", async () => {
    const { server } = await bench(
      withFaults(memoryRegistry().handler, [{ times: 100, then: { status: 500 } }]),
    );
    const folder = estate({ "a.yaml": pod(`${server.host}/team/app@${DIGEST}`) });
    const { code, out } = await audit([folder, "--json", "--verify", "--trust", trustFile()]);
    expect(rows(out)).toMatchObject([{ signed: "unknown", verdict: "no" }]);
    expect(code).toBe(3);
  });
});
