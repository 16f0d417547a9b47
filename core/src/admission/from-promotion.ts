import type { Environment, Promotion } from "../promotion";
import type { Guard, GuardedEnvironment } from "./guard";
import { unknownEnvironment } from "./error";
import { parseSubject } from "./subject";

export interface ClusterOptions {
  /** The environments that this cluster holds; left out: all. */
  readonly environments?: readonly string[];
  /** Namespaces that belong to no environment and may run what they like; left out: all that have no environment. */
  readonly exempt?: readonly string[];
  readonly now: Date;
}

/** What promotion.yaml says about one cluster. What has expired is left out: the cluster itself knows no time. */
export function guardOf(
  promotion: Promotion,
  { environments = promotion.environments.map(({ name }) => name), exempt, now }: ClusterOptions,
): Guard {
  const { registries, external, imagePaths } = promotion;
  return {
    registries,
    external: external.filter(({ expires }) => now < expires).map(({ repository }) => repository),
    imagePaths,
    environments: environments.map((name) => guarded(promotion, name)),
    exempt,
  };
}

function guarded({ file, environments }: Promotion, wanted: string): GuardedEnvironment {
  const found = environments.find(({ name }) => name === wanted);
  if (!found) throw unknownEnvironment(file, wanted, environments);
  return fromEnvironment(found);
}

const fromEnvironment = ({ name, admission, cluster }: Environment): GuardedEnvironment => ({
  name,
  admission,
  deployers: cluster.deployers.map(parseSubject),
  rollback: cluster.rollback.map(parseSubject),
  viewers: cluster.viewers.map(parseSubject),
});
