import { imageGuard } from "./images";
import type { Guard, KubernetesObject } from "./guard";
import { protection } from "./protection";
import { nobody } from "./rbac";
import { rollbackGuard } from "./rollback";

/** Everything that guards one cluster with what Kubernetes itself has: no controller, no network. `watch` goes with it. */
export function clusterGuard(guard: Guard): KubernetesObject[] {
  const unowned = guard.environments.find(({ deployers }) => deployers.length === 0);
  if (unowned) throw nobody(unowned.name);
  return [...imageGuard(guard), ...protection(guard), ...rollbackGuard(guard)];
}
