import { literal } from "./cel";
import type { Guard, GuardedEnvironment, KubernetesObject } from "./guard";
import { binding, namespacesOf, policy } from "./policy";
import { isOneOf } from "./protection";

/** Whoever may only roll back changes images of a Deployment, which must be decided ones, and what says which image runs. */
export function rollbackGuard({ environments }: Guard): KubernetesObject[] {
  return environments.filter(({ rollback }) => rollback.length > 0).flatMap(rollbackObjects);
}

const OWN = "waybill.dev/";

function rollbackObjects({ name: environment, deployers, rollback }: GuardedEnvironment): KubernetesObject[] {
  const name = `waybill-rollback-${environment}`;
  return [
    policy(name, {
      rules: [
        {
          apiGroups: ["apps"],
          apiVersions: ["v1"],
          operations: ["UPDATE"],
          resources: ["deployments"],
          scope: "Namespaced",
        },
      ],
      conditions: [
        { name: "may-only-roll-back", expression: `${isOneOf(rollback)} && !${isOneOf(deployers)}` },
      ],
      variables: [
        { name: "now", expression: "dyn(object).spec" },
        { name: "before", expression: "dyn(oldObject).spec" },
        { name: "pod", expression: "variables.now.template.spec" },
        { name: "oldPod", expression: "variables.before.template.spec" },
      ],
      validations: [
        {
          expression: [
            same("variables.now", "variables.before", ["template"]),
            same("variables.now.template", "variables.before.template", ["metadata", "spec"]),
            sameMarks("labels"),
            sameMarks("annotations"),
            same("variables.pod", "variables.oldPod", ["containers", "initContainers"]),
            ...["containers", "initContainers"].map(sameContainers),
          ].join(" && "),
          message:
            "expected a change of images and nothing else from who may only roll back, found another change. Somebody of cluster.deployers in promotion.yaml can make it.",
          reason: "Forbidden",
        },
      ],
    }),
    binding({ name, policy: name, enforcement: "refuse", namespaces: namespacesOf(environment) }),
  ];
}

/** Every field of one is in the other and the same, but for some. */
function same(one: string, other: string, except: readonly string[]): string {
  const out = `k in [${except.map((key) => literal(key)).join(", ")}]`;
  return (
    `${one}.all(k, ${out} || (k in ${other} && ${one}[k] == ${other}[k]))` +
    ` && ${other}.all(k, ${out} || k in ${one})`
  );
}

/** Labels and annotations of the pods, but for those that say which image it is. */
function sameMarks(field: string): string {
  const marks = (root: string) => `${root}.template.?metadata.?${field}.orValue({})`;
  const [now, before] = [marks("variables.now"), marks("variables.before")];
  return (
    `(${now}.map(k, k) + ${before}.map(k, k))` +
    `.all(k, k.startsWith(${literal(OWN)}) || (k in ${now} && k in ${before} && ${now}[k] == ${before}[k]))`
  );
}

/** The settings of a release are an object named after their content, so going back may mean another one. */
function sameContainers(field: string): string {
  const all = (root: string) => `${root}.?${field}.orValue([])`;
  const env = (root: string) => `${root}.?env.orValue([]).filter(e, !e.name.startsWith('WAYBILL_'))`;
  const pair = `${all("variables.oldPod")}.exists_one(o, o.name == c.name && ${same("c", "o", ["image", "env", "envFrom"])} && ${env("c")} == ${env("o")})`;
  return `${all("variables.pod")}.size() == ${all("variables.oldPod")}.size() && ${all("variables.pod")}.all(c, ${pair})`;
}
