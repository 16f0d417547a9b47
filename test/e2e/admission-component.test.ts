import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DECIDED, decidedBy, namespaceLabels } from "@waybill/core/admission";
import { container } from "../fixtures/guard/objects";
import { Api } from "./admission-api";
import { eventually, ROOT } from "./admission-cluster";
import { TestStack, standInHome } from "./kubernetes-provider/stack";
import { pinned } from "./admission-images";
import { useSandbox } from "./support/sandbox";

jest.setTimeout(180_000);

const SPACE = "guarded-by-pulumi";
const ENVIRONMENT = "guard-pulumi";

/** What the platform's stack and a service's stack declare, in one program. */
const PROGRAM = `
const { AdmissionPolicies, DecidedImages } = require("@waybill/components");
const { parsePromotion } = require("@waybill/core/promotion");
const kubernetes = require("@pulumi/kubernetes");
const { promotion, images, labels, containers } = require("./input.json");
const now = new Date("2026-11-21");
const policies = new AdmissionPolicies("guard", { promotion: parsePromotion("promotion.yaml", JSON.stringify(promotion)), now, namespaces: { "${SPACE}": "${ENVIRONMENT}" } });
const space = new kubernetes.core.v1.Namespace("space", { metadata: { name: "${SPACE}", labels } });
const list = new DecidedImages("list", { namespace: space.metadata.name, service: "app", images });
new kubernetes.apps.v1.Deployment("app", {
  metadata: { name: "app", namespace: space.metadata.name },
  spec: { replicas: 1, selector: { matchLabels: { app: "app" } }, template: { metadata: { labels: { app: "app" } }, spec: { containers, terminationGracePeriodSeconds: 0 } } },
}, { dependsOn: [list, policies] });
`;

test("pulumi declares policies, list and workload; a preview of the next image passes, and so does its update", async () => {
  const sandbox = await useSandbox();
  const home = standInHome(sandbox);
  const stack = new TestStack({ ...sandbox.environment, PULUMI_HOME: home.PULUMI_HOME });
  const api = new Api(sandbox);
  const image = await pinned(sandbox.registry, "base/node:24");
  const retagged = image.replace("@", ":another@");
  const command = {
    command: ["node", "-e", "require('http').createServer((_, r) => r.end('hi')).listen(8080)"],
  };
  const input = (images: readonly string[], runs: string): void =>
    writeFileSync(
      join(stack.folder, "input.json"),
      JSON.stringify({
        promotion: promotion(sandbox.registry),
        images,
        labels: namespaceLabels(ENVIRONMENT),
        containers: [container("main", runs, command)],
      }),
    );
  await stack.init();
  writeFileSync(join(stack.folder, "program.cjs"), PROGRAM);
  try {
    input([image], image);
    await stack.mustUp();
    expect(await stack.up(undefined, "--expect-no-changes")).toMatchObject({ code: 0 });
    await eventually(
      () =>
        api.patch(
          listPath,
          { metadata: { annotations: decidedBy("app", []) } },
          { user: "stranger", groups: ["system:masters"] },
        ),
      403,
    );

    const other = image.replace("base/node", "base/other");
    input([other, image], other);
    expect(await stack.preview()).toMatchObject({ code: 0 });
    input([image], other);
    const refused = await stack.up();
    expect(refused.code).not.toBe(0);
    expect(refused.output).toMatch(/waybill-decided.*expected images that are decided.*base\/other/s);
    input([image, other], retagged);
    await stack.mustUp();
  } finally {
    await stack.remove();
    home.remove();
  }
  const { body } = await api.send("GET", POLICIES, undefined, ROOT);
  // Other files of the run may have left theirs.
  const left = (body as { items: { metadata: { name: string } }[] }).items.map(
    ({ metadata }) => metadata.name,
  );
  expect(left.filter((name) => !name.startsWith("waybill-watch"))).toEqual([]);
  expect(left.filter((name) => /^waybill-watch-\w+$/.test(name))).not.toEqual([]);
});

const POLICIES =
  "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies?labelSelector=app.kubernetes.io%2Fmanaged-by%3Dwaybill";
const listPath = `/api/v1/namespaces/${SPACE}/configmaps/${DECIDED}`;

const promotion = (registry: string): object => ({
  version: 1,
  owner: "platform@example.com",
  nextReview: "2099-01-01",
  environments: [{ name: ENVIRONMENT, admission: "refuse", cluster: { deployers: ["user:sandbox-admin"] } }],
  services: { app: { path: "app" } },
  registries: [registry],
  trust: { signers: [] },
});
