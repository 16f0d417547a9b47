import { anchorOf, type DecisionEntry, type History, readHistory } from "@waybill/core/history";
import { loadPromotion } from "@waybill/core/promotion";
import { createRegistry } from "@waybill/core/registry";
import { PREDICATE_TYPES, type PredicateName } from "@waybill/core/trust";
import { kubectl, runningDigests } from "./cluster";
import { type Settings, TestProject } from "./project";

/** A deployment, as `waybill history` tells it. */
export interface Told {
  readonly kind: string;
  readonly digest: string;
  readonly decision: string | null;
}

/** One service that goes from dev to staging, and what is signed about it there. */
export class PromotedProject extends TestProject {
  readonly place = { service: this.name, environment: "staging", target: undefined };
  /** What the records of staging hang on. */
  readonly anchor = anchorOf(this.place, 0).digest;
  readonly repository = `${this.sandbox.registry}/${this.name}`;

  readonly namespace = `${this.name}-staging`;
  private readonly namespaces = [`${this.name}-dev`, this.namespace];

  /** Dev and staging, in namespaces that outlive them: to wait for the end of one takes longer than all else. */
  async twoStacks(staging: Settings): Promise<void> {
    const { signer } = this.sandbox;
    // Where all stacks are gone, nobody else says where the history is.
    this.promotion(({ services }) =>
      Object.assign(services[this.name] ?? {}, { repository: this.repository }),
    );
    this.commit("repository");
    const common = { service: this.name, config: { GREETING: "hi" }, signer, createNamespace: false };
    await Promise.all(this.namespaces.map((name) => kubectl(this.sandbox, "create", "namespace", name)));
    await this.stack("dev", { ...common, environment: "dev", ...this.building });
    await this.stack("staging", { ...common, environment: "staging", ...staging });
  }

  /** A new digest in dev: the first server, with another line before it. */
  async release(line: string): Promise<string> {
    const file = "examples/hello/server.js";
    const first = this.git("rev-list", "--max-parents=0", "HEAD");
    this.write(file, `${line}\n${this.git("show", `${first}:${file}`)}\n`);
    this.commit(line);
    return (await this.mustUp("dev")).digest ?? "";
  }

  /** From the registry itself. */
  async signed(): Promise<History> {
    const { trust } = loadPromotion(`${this.folder}/promotion.yaml`);
    const registry = createRegistry();
    try {
      return await readHistory(registry, this.repository, this.place, trust, new Date());
    } finally {
      await registry.close();
    }
  }

  async decidedOn(digest: string): Promise<readonly DecisionEntry[]> {
    return (await this.signed()).decisions.filter(({ record }) => record.digest === digest);
  }

  /** What everybody is told who asks; there is nothing beside it. */
  async history(): Promise<readonly Told[]> {
    const { places } = await this.ask<{
      places: readonly { readonly deployments: readonly Told[]; readonly forks: readonly Told[] }[];
    }>("history", "staging");
    expect(places.flatMap(({ forks }) => forks)).toEqual([]);
    return places.flatMap(({ deployments }) => deployments);
  }

  async deployed(): Promise<readonly string[]> {
    return (await this.history()).map(({ kind, digest }) => (kind === "promoted" ? digest : kind));
  }

  /** What a command of ours says as JSON. */
  async ask<Answer>(...words: string[]): Promise<Answer> {
    const { code, output } = await this.waybill(...words, "--json");
    if (code !== 0) throw new Error(`waybill ${words.join(" ")} ended with ${code}:\n${output}`);
    return JSON.parse(output) as Answer;
  }

  running(): Promise<string[]> {
    return runningDigests(this.sandbox, this.namespace);
  }

  async unlock(): Promise<void> {
    await this.must("cancel", "--yes", "--stack", "staging");
  }

  override async remove(): Promise<void> {
    await super.remove();
    await kubectl(this.sandbox, "delete", "namespace", "--wait=false", ...this.namespaces);
  }

  /** As somebody does who may write the state. */
  async editState(stack: string, change: (state: string) => string): Promise<void> {
    const state = await this.must("stack", "export", "--stack", stack);
    this.write(".settings/state.json", change(state));
    await this.must("stack", "import", "--stack", stack, "--file", `${this.folder}/.settings/state.json`);
  }

  async revoke(digest: string, what: PredicateName): Promise<void> {
    const image = `${this.repository}@${digest}`;
    const { evidence } = await this.ask<{
      evidence: readonly { readonly id: string; readonly predicateType: string }[];
    }>("evidence", "list", image);
    const ids = evidence
      .filter(({ predicateType }) => predicateType === PREDICATE_TYPES[what])
      .map(({ id }) => id);
    const words = ["--reason", "leaked", "--signer", this.sandbox.signer];
    await this.ask("evidence", "revoke", ...ids, image, ...words);
  }

  /** The manifest that attaches the newest record of staging, as anybody may take it away who may delete there. */
  async newestRecord(): Promise<{
    readonly takeBack: () => Promise<void>;
    readonly putBack: () => Promise<void>;
  }> {
    const { head } = await this.signed();
    const { registry } = this.sandbox;
    const base = `http://${registry}/v2/${this.name}`;
    const list = (await (await fetch(`${base}/referrers/${this.anchor}`)).json()) as {
      readonly manifests: readonly {
        readonly digest: string;
        readonly annotations?: Readonly<Record<string, string>>;
      }[];
    };
    const newest = list.manifests.find(
      ({ annotations }) => annotations?.["dev.waybill.number"] === String(head?.record.number),
    );
    const url = `${base}/manifests/${newest?.digest ?? ""}`;
    const type = "application/vnd.oci.image.manifest.v1+json";
    const body = Buffer.from(await (await fetch(url, { headers: { accept: type } })).arrayBuffer());
    return {
      takeBack: async () => expect((await fetch(url, { method: "DELETE" })).status).toBe(202),
      putBack: async () =>
        expect((await fetch(url, { method: "PUT", body, headers: { "content-type": type } })).status).toBe(
          201,
        ),
    };
  }
}
