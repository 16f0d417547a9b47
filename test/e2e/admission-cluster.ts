import {
  clusterGuard,
  decidedImages,
  type Guard,
  type GuardedEnvironment,
  namespaceGuard,
  namespaceLabels,
  watch,
} from "@waybill/core/admission";
import { CUSTOM, KINDS, podSpec } from "../fixtures/guard/objects";
import { DECIDED_IMAGES, EXTERNAL, IMAGES, type KubeObject, REGISTRIES } from "../support/guard";
import { Api, type Answer, type Asker } from "./admission-api";
import type { TestSandbox } from "./support/sandbox";

/** May do anything by RBAC: what is refused to them is refused by the policies. */
const groups = ["system:masters"];
export const ROOT: Asker = { user: "root", groups };
export const DEPLOYER: Asker = { user: "deployer", groups };
export const OTHER_DEPLOYER: Asker = { user: "dev-deployer", groups };
export const TENANT: Asker = { user: "tenant", groups };
/** These have no more than what RBAC gives them. */
export const ONCALL: Asker = { user: "oncall" };
export const VIEWER: Asker = { user: "viewer", groups: ["developers"] };
export const PLAIN_DEPLOYER: Asker = { user: "deployer" };

/** A namespace that is on its way out keeps its name for a while: each file has its own. */
export const spaceOf = (suite: string, environment = "guard-prod"): string => `${environment}-${suite}`;

const environment = (name: string, admission: GuardedEnvironment["admission"]): GuardedEnvironment => ({
  name,
  admission,
  deployers: [{ kind: "user", name: name === "guard-dev" ? "dev-deployer" : "deployer" }],
  rollback: [{ kind: "user", name: "oncall" }],
  viewers: [{ kind: "group", name: "developers" }],
});

export function guardOf(more: Partial<Guard> = {}): Guard {
  return {
    registries: REGISTRIES,
    external: EXTERNAL,
    environments: [
      environment("guard-dev", "audit"),
      environment("guard-staging", "warn"),
      environment("guard-prod", "refuse"),
    ],
    exempt: undefined,
    imagePaths: [],
    ...more,
  };
}

/** The sandbox's cluster with everything generated in it, and a way to try things there. */
export class GuardedCluster {
  readonly api: Api;
  private serial = 0;

  constructor(
    sandbox: TestSandbox,
    readonly suite: string,
    readonly guard: Guard,
    readonly decided: readonly string[] = DECIDED_IMAGES.map((name) => IMAGES[name]),
  ) {
    this.api = new Api(sandbox);
  }

  get space(): string {
    return spaceOf(this.suite);
  }

  async install(): Promise<void> {
    for (const kind of CUSTOM_KINDS) await must(this.api.apply(definition(kind), ROOT));
    for (const { name } of this.guard.environments)
      await must(this.api.apply(namespace(spaceOf(this.suite, name), name), ROOT));
    for (const object of namespaceGuard(this.guard, this.space, "guard-prod"))
      await must(this.api.apply(object, ROOT));
    await this.installPolicies();
    await this.enforced();
  }

  async installPolicies(): Promise<void> {
    for (const object of [...Object.values(watch()), ...clusterGuard(this.guard)])
      await must(this.api.apply(object, ROOT));
  }

  /** Policies and lists are known to the API server a moment after they are written. Without a list it is a no. */
  private async enforced(): Promise<void> {
    const [decided = ""] = this.decided;
    const template = (image: string) => KINDS["PodTemplate"]?.(podSpec(image)) as KubeObject;
    await eventually(() => this.create(template(decided), DEPLOYER), 422);
    await eventually(() => this.api.apply(this.otherList(), OTHER_DEPLOYER), 403);
    await must(this.api.apply(this.list(), DEPLOYER));
    await eventually(() => this.create(template(decided), DEPLOYER), 201);
    await eventually(() => this.api.create(template(IMAGES.tag), this.space, DEPLOYER, "?dryRun=All"), 403);
    await eventually(() => this.create(CUSTOM["unknown kind"]?.(IMAGES.tag), DEPLOYER), 403);
    const relabel = { metadata: { labels: { "waybill.dev/environment": null } } };
    await eventually(
      () => this.api.patch(`/api/v1/namespaces/${this.space}?dryRun=All`, relabel, TENANT),
      403,
    );
  }

  list(images: readonly string[] = this.decided): KubeObject {
    return decidedImages(this.space, "shop", images);
  }

  /** Another one each time, as nobody is asked about a list that stays as it is. */
  private otherList(): KubeObject {
    const digest = String((this.serial += 1)).padStart(64, "0");
    return this.list([`registry.example/acme/hello@sha256:${digest}`]);
  }

  /** Creates it under a name of its own, and takes it away again. */
  async create(object: KubeObject | undefined, asker: Asker, space = this.space): Promise<Answer> {
    if (object === undefined) throw new Error("no such kind");
    const name = `${object.metadata.name}-${(this.serial += 1)}`;
    const answer = await this.api.create({ ...object, metadata: { ...object.metadata, name } }, space, asker);
    const options = { propagationPolicy: "Background", gracePeriodSeconds: 0 };
    if (answer.code === 201)
      await must(this.api.send("DELETE", `${this.api.pathOf(object, space)}/${name}`, options, ROOT));
    return answer;
  }

  async remove(): Promise<void> {
    for (const object of clusterGuard(this.guard).reverse())
      await this.api.send("DELETE", `${this.api.pathOf(object)}/${object.metadata.name}`, undefined, ROOT);
    for (const { name } of this.guard.environments)
      await this.api.send("DELETE", `/api/v1/namespaces/${spaceOf(this.suite, name)}`, undefined, ROOT);
  }
}

export async function must(answer: Promise<Answer>): Promise<Answer> {
  const given = await answer;
  if (given.code >= 300) throw new Error(`${given.code}: ${given.message}`);
  return given;
}

export async function eventually(attempt: () => Promise<Answer>, code: number): Promise<void> {
  const deadline = Date.now() + 30_000;
  let answer = await attempt();
  while (answer.code !== code) {
    if (Date.now() > deadline) throw new Error(`still ${answer.code} and not ${code}: ${answer.message}`);
    answer = await attempt();
  }
}

const namespace = (name: string, label: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels: namespaceLabels(label) },
});

const CUSTOM_KINDS = [
  ...new Map(
    Object.values(CUSTOM)
      .map((make) => make("x"))
      .map((one) => [one.kind, one]),
  ).values(),
];

function definition({ apiVersion, kind }: KubeObject): KubeObject {
  const [group = "", version = ""] = apiVersion.split("/");
  const plural = `${kind.toLowerCase()}s`;
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { kind, plural },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
}
