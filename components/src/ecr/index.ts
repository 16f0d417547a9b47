import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { WaybillError } from "@waybill/core/problem";

export interface EcrRepositoryArgs {
  /** Name inside the registry, such as `acme/hello`. */
  readonly repository: string;
  /** Who may pull: account ids or ARNs of roles, one by one. */
  readonly pullers: readonly string[];
  /** KMS key that encrypts the images; the registry's own AES-256 if left out. */
  readonly kmsKey?: pulumi.Input<string>;
  /** Images of uncommitted files never leave dev, and are deleted after so many days. */
  readonly keepDirtyDays?: number;
}

export type EcrErrorCode = "wide-puller";

export class EcrError extends WaybillError<EcrErrorCode> {}

/**
 * A place for images on AWS that keeps the promises a digest needs: tags cannot move, every push is scanned, and
 * nothing that was promoted is ever deleted, neither by a rule nor by `pulumi destroy`.
 */
export class EcrRepository extends pulumi.ComponentResource {
  /** Registry and repository, as `waybill:registry` wants it. */
  declare readonly url: pulumi.Output<string>;

  constructor(name: string, args: EcrRepositoryArgs, options?: pulumi.ComponentResourceOptions) {
    super("waybill:index:EcrRepository", name, {}, options);
    const policy = pullPolicy(args);
    const repository = new aws.ecr.Repository(name, repositoryArgs(args), {
      parent: this,
      retainOnDelete: true,
    });
    const child = { parent: this, retainOnDelete: true };
    new aws.ecr.LifecyclePolicy(name, { repository: repository.name, policy: lifecycle(args) }, child);
    if (policy !== undefined)
      new aws.ecr.RepositoryPolicy(name, { repository: repository.name, policy }, child);
    this.url = repository.repositoryUrl;
    this.registerOutputs({ url: this.url });
  }
}

function repositoryArgs({ repository, kmsKey }: EcrRepositoryArgs): aws.ecr.RepositoryArgs {
  return {
    name: repository,
    imageTagMutability: "IMMUTABLE",
    imageScanningConfiguration: { scanOnPush: true },
    encryptionConfigurations: [
      kmsKey === undefined ? { encryptionType: "AES256" } : { encryptionType: "KMS", kmsKey },
    ],
    forceDelete: false,
  };
}

/** Evidence has no tag, so a rule about untagged images would delete it: only dirty builds may go. */
function lifecycle({ keepDirtyDays = 14 }: EcrRepositoryArgs): string {
  const selection = {
    tagStatus: "tagged",
    tagPatternList: ["*-dirty"],
    countType: "sinceImagePushed",
    countUnit: "days",
  };
  return JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        description: "Images of uncommitted files never leave dev",
        selection: { ...selection, countNumber: keepDirtyDays },
        action: { type: "expire" },
      },
    ],
  });
}

function pullPolicy({ repository, pullers }: EcrRepositoryArgs): string | undefined {
  const wide = pullers.filter(
    (puller) => !/^(?:\d{12}|arn:aws[\w-]*:iam::\d{12}:(?:root|(?:role|user)\/[^*]+))$/.test(puller),
  );
  if (wide.length > 0) {
    throw new EcrError("wide-puller", {
      about: `ECR repository ${repository}`,
      expected: "account ids or ARNs of single roles in pullers",
      found: wide.join(", "),
      next: "Name each role or account that pulls; whoever is not named cannot.",
    });
  }
  if (pullers.length === 0) return undefined;
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Pull",
        Effect: "Allow",
        Principal: { AWS: pullers },
        Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      },
    ],
  });
}
