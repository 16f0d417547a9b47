import type { Enforcement } from "../promotion";
import { isConfinedAway, PREDICATE_TYPES, predicateType, type TrustedSigner } from "../trust";
import { imagesIn, literal, matchExpression, podSpec } from "./cel";
import { AdmissionError } from "./error";
import { type Guard, type GuardedEnvironment, type KubernetesObject, ownLabels } from "./guard";
import { namespacesOf } from "./policy";
import { inRegistries } from "./references";
import { WORKLOADS } from "./workloads";

const ACTIONS: Readonly<Record<Enforcement, readonly string[]>> = {
  audit: ["Audit"],
  warn: ["Warn", "Audit"],
  refuse: ["Deny"],
};

/** What every image must carry: the same two as Waybill's own gate `proof`. */
const REQUIRED = ["signature", "provenance"] as const;

/**
 * Kubernetes' own controllers make pods out of workloads that were looked at when they were written. Were their pods
 * asked for signatures too, no lost pod would come back while the registry is away. By who asks, not by an owner that
 * anybody can write into an object.
 */
const CONTROLLERS = [
  "system:kube-controller-manager",
  ...["cronjob", "daemon-set", "deployment", "job", "replicaset", "replication", "statefulset"].map(
    (name) => `system:serviceaccount:kube-system:${name}-controller`,
  ),
];

/** Kyverno's ImageValidatingPolicy, one for each environment, in the one shape that neither hangs nor lets through what it should not. */
export function kyvernoPolicies(
  guard: Guard,
  signers: readonly TrustedSigner[],
  now: Date,
): KubernetesObject[] {
  const trusted = signers.filter((signer) => isTrustedNow(signer, now) && isForAll(signer, guard));
  return guard.environments.map((environment) => kyvernoPolicy(guard, environment, trusted));
}

/** Kyverno knows no times: who is not trusted now is left out, also for what was signed before. */
function isTrustedNow({ from, until, compromised }: TrustedSigner, now: Date): boolean {
  return (
    (from === undefined || from <= now) && (until === undefined || now <= until) && compromised === undefined
  );
}

/** A key that is good for some hosts only must not be trusted for images of others. */
function isForAll({ who }: TrustedSigner, { registries }: Guard): boolean {
  if (!("key" in who)) return true;
  const hosts = registries?.map((registry) => registry.split("/")[0]) ?? [undefined];
  return !hosts.some((host) => isConfinedAway(who.key.onlyFor, host));
}

function kyvernoPolicy(
  { external }: Guard,
  { name, admission }: GuardedEnvironment,
  signers: readonly TrustedSigner[],
): KubernetesObject {
  const attestations = REQUIRED.map((required) => ({
    name: required,
    by: signers.filter((signer) => maySay(signer, predicateType(required), name)),
  }));
  const silent = attestations.find(({ by }) => by.length === 0);
  if (silent) throw nobodySigns(silent.name, name);
  const attestors = [...new Set(attestations.flatMap(({ by }) => by))];
  return {
    apiVersion: "policies.kyverno.io/v1",
    kind: "ImageValidatingPolicy",
    metadata: { name: `waybill-signatures-${name}`, labels: ownLabels },
    spec: {
      failurePolicy: "Fail",
      validationActions: ACTIONS[admission],
      // Set on each: with two policies, one without it can bring the other to a standstill.
      webhookConfiguration: { timeoutSeconds: 25 },
      evaluation: { background: { enabled: false } },
      autogen: { podControllers: { controllers: [] } },
      matchConstraints: { namespaceSelector: namespacesOf(name), resourceRules: WORKLOADS },
      matchConditions: [
        {
          name: "not-by-a-controller",
          expression: `!(request.userInfo.?username.orValue('') in [${CONTROLLERS.map(literal).join(", ")}])`,
        },
        {
          name: "images-are-new",
          expression: `request.operation == 'CREATE' || ${imagesIn(podSpec("object"))} != ${imagesIn(podSpec("oldObject"))}`,
        },
      ],
      matchImageReferences: [ownImages(external)],
      validationConfigurations: {
        mutateDigest: false,
        verifyDigest: true,
        required: true,
      },
      // All images in one list, each once: the same image twice and another behind it is a standstill (kyverno#17275).
      images: [
        { name: "containers", expression: `(${imagesIn(podSpec("object"))}).distinct()` },
        { name: "initContainers", expression: "[]" },
        { name: "ephemeralContainers", expression: "[]" },
      ],
      attestors: attestors.map(attestor),
      // "A signature" would be any statement by the key; this asks for the one that says "signed".
      attestations: REQUIRED.map((required) => ({
        name: required,
        intoto: { type: PREDICATE_TYPES[required] },
      })),
      validations: attestations.map(validation),
    },
  };
}

/** Images of others are not signed by anybody here, so Kyverno does not even fetch them; digest and list are asked for elsewhere. */
function ownImages(external: readonly string[]): object {
  if (external.length === 0) return { glob: "*" };
  return { expression: `!${matchExpression("ref", inRegistries([], external, { pinned: true }))}` };
}

function validation({ name, by }: { readonly name: string; readonly by: readonly TrustedSigner[] }): object {
  const attestors = by.map((signer) => `attestors.${attestorName(signer)}`).join(", ");
  return {
    expression: `images.containers.all(image, verifyAttestationSignatures(image, attestations.${name}, [${attestors}]) > 0)`,
    message: `expected a ${name} by ${by.map((signer) => signer.name).join(" or ")}, found none. waybill verify IMAGE tells what is there.`,
  };
}

function maySay({ grants }: TrustedSigner, type: string, environment: string): boolean {
  return grants.some(
    ({ predicateTypes, environments }) => predicateTypes.has(type) && environments.has(environment),
  );
}

/** A name that CEL can select by. */
const attestorName = ({ name }: TrustedSigner): string => name.replaceAll("-", "_");

function attestor(signer: TrustedSigner): object {
  const { who } = signer;
  const name = attestorName(signer);
  if ("key" in who) {
    const data = who.key.key.export({ type: "spki", format: "pem" }).toString();
    return { name, cosign: { key: { data }, ctlog: { insecureIgnoreTlog: true, insecureIgnoreSCT: true } } };
  }
  const identity =
    who.identity === undefined
      ? { issuer: who.issuer, subjectRegExp: patternToRegExp(who.pattern ?? "") }
      : { issuer: who.issuer, subject: who.identity };
  const trustedRoot = signer.root && { trustedRoot: { value: JSON.stringify(signer.root.document) } };
  return { name, cosign: { keyless: { identities: [identity] }, ...trustedRoot } };
}

/** The whole name: `*` is a run without `/` and `@`, `**` any run. */
export function patternToRegExp(pattern: string): string {
  const parts = pattern.match(/\*\*|\*|[^*]+/gs) ?? [];
  const text = parts.map((part) => {
    if (part === "**") return "[\\s\\S]*";
    return part === "*" ? "[^/@]*" : part.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  });
  return `^${text.join("")}$`;
}

function nobodySigns(predicate: string, environment: string): AdmissionError {
  return new AdmissionError("nobody-signs", {
    about: `environment ${environment}`,
    expected: `somebody in trust.signers who may now say ${predicate} for it`,
    found: "nobody",
    next: "Name a signer, or install the policies without Kyverno's.",
  });
}
