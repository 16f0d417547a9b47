import { list, literal } from "./cel";
import { DECIDED, DECIDED_PREFIX } from "./decided";
import { ENVIRONMENT_LABEL, type Guard, type GuardedEnvironment, type KubernetesObject } from "./guard";
import { binding, policy } from "./policy";
import { requestNames, type Subject } from "./subject";
import { WORKLOADS } from "./workloads";

/** What the lists and labels rest on is refused from the first day on, whatever an environment enforces. */
export function protection(guard: Guard): KubernetesObject[] {
  return [
    namespacePolicy(guard),
    binding({ name: "waybill-namespaces", policy: "waybill-namespaces", enforcement: "refuse" }),
    listPolicy(guard),
    binding({
      name: "waybill-list",
      policy: "waybill-list",
      enforcement: "refuse",
      namespaces: labelled(guard.environments),
    }),
    ...otherNamespaces(guard),
  ];
}

const labelled = (environments: readonly GuardedEnvironment[]): object => ({
  matchExpressions: [
    { key: ENVIRONMENT_LABEL, operator: "In", values: environments.map(({ name }) => name) },
  ],
});

const POD_SECURITY = "pod-security.kubernetes.io/";

/** Labels can be written through the subresources of a namespace as well. */
function namespacePolicy({ environments }: Guard): KubernetesObject {
  const label = (object: string) =>
    `(${object} == null ? '' : dyn(${object}).?metadata.?labels[?${literal(ENVIRONMENT_LABEL)}].orValue(''))`;
  const labels = (object: string) =>
    `(${object} == null ? dyn({}) : dyn(${object}).?metadata.?labels.orValue({}))`;
  const security =
    `(${labels("object")}.map(k, k) + ${labels("oldObject")}.map(k, k)).exists(k, k.startsWith(${literal(POD_SECURITY)})` +
    ` && ${labels("object")}[?k].orValue('') != ${labels("oldObject")}[?k].orValue(''))`;
  return policy("waybill-namespaces", {
    rules: [
      {
        apiGroups: [""],
        apiVersions: ["v1"],
        operations: ["CREATE", "UPDATE", "DELETE"],
        resources: ["namespaces", "namespaces/status", "namespaces/finalize"],
        scope: "Cluster",
      },
    ],
    variables: [
      { name: "before", expression: label("oldObject") },
      { name: "after", expression: label("object") },
      {
        name: "changes",
        expression:
          "request.operation == 'DELETE' || variables.before != variables.after || " +
          `(variables.after != '' && ${security})`,
      },
      {
        name: "named",
        expression: `[variables.before, variables.after].filter(e, e in ${list(environments.map(({ name }) => name))})`,
      },
      { name: "mayDeploy", expression: deployersOf(environments) },
    ],
    validations: [
      {
        expression: "!variables.changes || variables.named.all(e, e in variables.mayDeploy)",
        message: `expected somebody who may deploy to the environment, found another. Namespaces with the label ${ENVIRONMENT_LABEL} belong to who deploys there: see cluster.deployers in promotion.yaml.`,
        messageExpression:
          `'expected somebody who may deploy to ' + variables.named.join(' and ') + ', found ' + request.userInfo.username + ` +
          literal(
            `. Namespaces with the label ${ENVIRONMENT_LABEL} belong to who deploys there: see cluster.deployers in promotion.yaml.`,
          ),
        reason: "Forbidden",
      },
    ],
  });
}

/**
 * By the object's own name, as a deletion of all ConfigMaps at once names none in its request. Whoever empties a
 * namespace that is on its way out takes the list with it, and what leaves the lists as they are is nobody's business:
 * the cluster's garbage collector takes its mark off an object that way before it goes.
 */
function listPolicy({ environments }: Guard): KubernetesObject {
  const lists = (object: string) => `dyn(${object}).metadata.?annotations.orValue({})`;
  const [now, before] = [lists("object"), lists("oldObject")];
  return policy("waybill-list", {
    rules: [
      {
        apiGroups: [""],
        apiVersions: ["v1"],
        operations: ["CREATE", "UPDATE", "DELETE"],
        resources: ["configmaps"],
        scope: "Namespaced",
      },
    ],
    conditions: [
      {
        name: "is-the-list",
        expression: `(oldObject == null ? object : oldObject).metadata.name == ${literal(DECIDED)}`,
      },
      {
        name: "changes-it",
        expression:
          `request.operation != 'UPDATE' || (${now}.map(k, k) + ${before}.map(k, k))` +
          `.exists(k, k.startsWith(${literal(DECIDED_PREFIX)}) && ${now}[?k] != ${before}[?k])`,
      },
    ],
    variables: [
      {
        name: "environment",
        expression: `namespaceObject.metadata.?labels[?${literal(ENVIRONMENT_LABEL)}].orValue('')`,
      },
      {
        name: "ends",
        expression: "request.operation == 'DELETE' && has(namespaceObject.metadata.deletionTimestamp)",
      },
      { name: "mayDeploy", expression: deployersOf(environments) },
    ],
    validations: [
      {
        expression: "variables.ends || variables.environment in variables.mayDeploy",
        message: `expected somebody who may deploy to the environment, found another. ${NEXT_LIST}`,
        messageExpression:
          "'expected somebody who may deploy to ' + variables.environment + ', found ' + request.userInfo.username + " +
          literal(`. ${NEXT_LIST}`),
        reason: "Forbidden",
      },
    ],
  });
}

const NEXT_LIST = "What is decided is written by the stack that deploys here.";

/** The environments that whoever asks may deploy to. */
function deployersOf(environments: readonly GuardedEnvironment[]): string {
  const parts = environments.map(
    ({ name, deployers }) => `(${isOneOf(deployers)} ? [${literal(name)}] : [])`,
  );
  return parts.join(" + ");
}

export function isOneOf(subjects: readonly Subject[]): string {
  const { users, groups } = requestNames(subjects);
  const ways = [
    ...(users.length > 0 ? [`request.userInfo.username in ${list(users)}`] : []),
    ...(groups.length > 0 ? [`request.userInfo.?groups.orValue([]).exists(g, g in ${list(groups)})`] : []),
  ];
  return ways.length === 0 ? "false" : `(${ways.join(" || ")})`;
}

/** No matching rule is a no (POL-016): nothing runs in a namespace that no environment has and that is not exempt by name. */
function otherNamespaces({ environments, exempt }: Guard): KubernetesObject[] {
  if (exempt === undefined) return [];
  const name = "waybill-other-namespaces";
  const isOther = {
    matchExpressions: [
      { key: ENVIRONMENT_LABEL, operator: "NotIn", values: environments.map((one) => one.name) },
      { key: "kubernetes.io/metadata.name", operator: "NotIn", values: exempt },
    ],
  };
  return [
    policy(name, {
      rules: WORKLOADS.map((rule) => ({ ...rule, operations: ["CREATE"] })),
      variables: [],
      validations: [
        {
          expression: "false",
          message: `expected a namespace of an environment (label ${ENVIRONMENT_LABEL}) or an exempt one, found another. Deploy into a namespace of an environment, or have this one exempted by name.`,
          reason: "Forbidden",
        },
      ],
    }),
    binding({ name, policy: name, enforcement: "refuse", namespaces: isOther }),
  ];
}
