import { imagesIn, literal, matchExpression, noneOf, podSpec, withoutTag } from "./cel";
import { customPolicy } from "./custom";
import { DECIDED, DECIDED_PREFIX } from "./decided";
import type { Guard, GuardedEnvironment, KubernetesObject } from "./guard";
import { binding, namespacesOf, policy } from "./policy";
import { inRegistries } from "./references";
import { allowedText, isAllowed, isPinned, NEXT_DIGEST, NEXT_REGISTRY } from "./rules";
import { WORKLOADS } from "./workloads";

const NEWLINE = literal("\n");

/** What an object of Kubernetes' own kinds would newly run. An update that leaves its images as they were runs nothing new. */
const VARIABLES = [
  { name: "spec", expression: podSpec("object") },
  { name: "oldSpec", expression: `oldObject == null ? dyn({}) : dyn(${podSpec("oldObject")})` },
  { name: "all", expression: imagesIn("variables.spec") },
  { name: "old", expression: imagesIn("variables.oldSpec") },
  {
    name: "images",
    expression: "request.operation == 'UPDATE' && variables.all == variables.old ? [] : variables.all",
  },
];

/** Digest and registry; then "decided for this namespace"; then what hides in custom resources. */
export function imageGuard(guard: Guard): KubernetesObject[] {
  return [
    knownPolicy(guard),
    ...guard.environments.map((environment) => plainBinding("waybill-images", environment)),
    decidedPolicy(guard),
    ...guard.environments.map(decidedBinding),
    customPolicy(guard),
    ...guard.environments.map((environment) => plainBinding("waybill-custom", environment)),
  ];
}

function knownPolicy(guard: Guard): KubernetesObject {
  const { registries } = guard;
  return policy("waybill-images", {
    rules: WORKLOADS,
    variables: [
      ...VARIABLES,
      { name: "floating", expression: `variables.images.filter(i, !${isPinned("i")})` },
      ...(registries
        ? [{ name: "strange", expression: `variables.images.filter(i, !${isAllowed("i", guard)})` }]
        : []),
    ],
    validations: [
      noneOf("floating", "every image by its digest", NEXT_DIGEST),
      ...(registries ? [noneOf("strange", allowedText(guard), NEXT_REGISTRY)] : []),
    ],
  });
}

/**
 * A list that lies in the namespace, so that a lost node or a scale-up asks nobody. A dry run changes nothing, and is
 * how a preview looks at a workload whose image is put on the list by the same update.
 */
function decidedPolicy({ external }: Guard): KubernetesObject {
  const { named, short } = inRegistries([], external, { pinned: true });
  const isExternal = external.length === 0 ? "" : `!${matchExpression("i", { named, short })} && `;
  return policy("waybill-decided", {
    params: { apiVersion: "v1", kind: "ConfigMap" },
    rules: WORKLOADS,
    conditions: [{ name: "no-dry-run", expression: "!request.?dryRun.orValue(false)" }],
    variables: [
      ...VARIABLES,
      {
        name: "decided",
        expression:
          `params.metadata.?annotations.orValue({}).filter(k, k.startsWith(${literal(DECIDED_PREFIX)}))` +
          `.map(k, ${NEWLINE} + params.metadata.annotations[k] + ${NEWLINE})`,
      },
      {
        name: "undecided",
        expression:
          `variables.images.filter(i, ${isExternal}(!${isPinned("i")} || ` +
          `!variables.decided.exists(d, d.contains(${NEWLINE} + ${withoutTag("i")} + ${NEWLINE}))))`,
      },
    ],
    validations: [
      noneOf(
        "undecided",
        `images that are decided for this namespace (ConfigMap ${DECIDED})`,
        "Promote it: `waybill promote`, or `pulumi up` of the stack that deploys here.",
      ),
    ],
  });
}

/** Where nothing is enforced yet, a missing list must not be: the API server refuses for that whatever the actions say. */
function decidedBinding({ name, admission }: GuardedEnvironment): KubernetesObject {
  return binding({
    name: `waybill-decided-${name}`,
    policy: "waybill-decided",
    enforcement: admission,
    namespaces: namespacesOf(name),
    param: { name: DECIDED, parameterNotFoundAction: admission === "refuse" ? "Deny" : "Allow" },
  });
}

function plainBinding(of: string, { name, admission }: GuardedEnvironment): KubernetesObject {
  return binding({
    name: `${of}-${name}`,
    policy: of,
    enforcement: admission,
    namespaces: namespacesOf(name),
  });
}
