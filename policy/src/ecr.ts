import { pick } from "./pick";
import type { Resource } from "./resource";

/** A private repository of ECR, in the words of either provider. */
export function isEcrRepository({ type }: Resource): boolean {
  return type === "aws:ecr/repository:Repository" || type === "aws-native:ecr:Repository";
}

/** One provider has a list with one configuration in it. */
export function encryptionOf({ props }: Resource): unknown {
  const { encryptionConfigurations: list, encryptionConfiguration: one } = props;
  return pick(Array.isArray(list) ? (list[0] as unknown) : (list ?? one), "encryptionType");
}
