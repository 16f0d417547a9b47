import * as pulumi from "@pulumi/pulumi";
import type { ReleasedImage } from "@waybill/core/evidence";
import type { Digest } from "@waybill/core/image";
import { type DecisionWords, type DeploymentWords, letIn } from "@waybill/core/release";
import type { Trust } from "@waybill/core/trust";
import { plainError } from "./plainly";

interface RecordArgs {
  /** Whose records count. */
  readonly trust: Trust;
  /** Who signs: a file that says how, or NAME://KEY of a key service; relative to the folder of Pulumi.yaml. Never a key. */
  readonly signer: pulumi.Input<string>;
  /** A file of exported evidence, for when the registry does not answer. */
  readonly offline?: string | undefined;
}

/** As `decisionOf` of @waybill/core/release gives it, and who signs. */
export interface DecisionArgs extends DecisionWords, RecordArgs {}

/**
 * The signed decision that an image may enter a place. Whatever runs the image depends on it. Of two that are made at the same time for
 * different images, or settings, at most one comes to be.
 */
export class Decision extends pulumi.CustomResource {
  /** The digest, once it may run with these settings. Run this one: an update of some resources alone can leave the decision out. */
  readonly digest: pulumi.Output<Digest>;
  /** Its id. */
  declare readonly decision: pulumi.Output<string>;
  /** When it lapses unless it is carried out. */
  declare readonly expires: pulumi.Output<string>;
  /** When a timestamp authority or log saw it. */
  declare readonly time: pulumi.Output<string | undefined>;
  declare readonly image: pulumi.Output<string>;
  declare readonly config: pulumi.Output<string>;

  constructor(
    name: string,
    { trust, offline, target, after, basis, ...args }: DecisionArgs,
    options?: pulumi.CustomResourceOptions,
  ) {
    const inputs = {
      ...args,
      target: target ?? "",
      after: after ?? "",
      trust: JSON.stringify(trust.document),
      basis: { ...basis, offline: offline ?? null },
    };
    const computed = { decision: undefined, expires: undefined, time: undefined };
    super("waybill:index:Decision", name, { ...inputs, ...computed }, { version: "0.1.0", ...options });
    this.digest = pulumi.all([this.image, this.config]).apply(([image, config]) => {
      try {
        return letIn({ ...args, target }, { image, config });
      } catch (error) {
        throw plainError(error);
      }
    });
  }
}

export interface DeploymentArgs extends RecordArgs {
  readonly words: pulumi.Input<DeploymentWords>;
  /** What runs, read back from the finished workload. */
  readonly running: pulumi.Input<ReleasedImage>;
  /** Id of the decision that let it in; left out where images are built. */
  readonly decision?: pulumi.Input<string> | undefined;
  /** To put on the digest once it runs, for people; nothing reads it back. */
  readonly tag?: string | undefined;
}

/** What a release says of the record. */
export interface RecordedHistory {
  readonly config: string;
  readonly manifests: string;
  readonly history: { readonly head: string; readonly number: number };
}

/** The signed record that an image came to run in a place: written once it does, ended when it is taken away. */
export class Deployment extends pulumi.CustomResource {
  /** Its id. */
  declare readonly record: pulumi.Output<string>;
  /** How many came before it. */
  declare readonly number: pulumi.Output<number>;
  declare readonly finishedOn: pulumi.Output<string>;
  /** When a timestamp authority or log saw it. */
  declare readonly time: pulumi.Output<string | undefined>;
  declare readonly config: pulumi.Output<string>;
  declare readonly manifests: pulumi.Output<string>;

  constructor(
    name: string,
    { words, running, decision, trust, offline, tag, signer }: DeploymentArgs,
    options?: pulumi.CustomResourceOptions,
  ) {
    const said = pulumi.output(words);
    const textOf = (key: "target" | "after" | "by" | "change") => said.apply((one) => one[key] ?? "");
    const inputs = {
      image: said.apply(({ image }) => `${image.repository}@${image.digest}`),
      running: pulumi.output(running).apply(({ digest }) => digest),
      released: said.image,
      service: said.service,
      environment: said.environment,
      target: textOf("target"),
      kind: said.kind,
      config: said.config,
      manifests: said.manifests,
      settings: said.settings,
      secrets: said.secrets,
      after: textOf("after"),
      by: textOf("by"),
      change: textOf("change"),
      decision: decision ?? "",
      signer,
      tag: tag ?? "",
      trust: JSON.stringify(trust.document),
      offline: offline ?? "",
    };
    const computed = {
      record: undefined,
      referrer: undefined,
      number: undefined,
      finishedOn: undefined,
      time: undefined,
    };
    super("waybill:index:Deployment", name, { ...inputs, ...computed }, { version: "0.1.0", ...options });
  }

  /** What the stack's release says of it. */
  get history(): pulumi.Output<RecordedHistory> {
    return pulumi
      .all([this.record, this.number, this.config, this.manifests])
      .apply(([head, number, config, manifests]) => ({ config, manifests, history: { head, number } }));
  }
}
