import { AdmissionError, clusterGuard, DECIDED, watch } from "@waybill/core/admission";
import { environment, guard, named, specOf } from "./support";

const objects = clusterGuard(guard());
const policies = objects.filter(({ kind }) => kind === "ValidatingAdmissionPolicy");
const bindings = objects.filter(({ kind }) => kind === "ValidatingAdmissionPolicyBinding");

test("every policy fails closed, has a binding, and every binding a policy", () => {
  expect(policies.map((one) => specOf(one).failurePolicy)).toEqual(policies.map(() => "Fail"));
  const bound = new Set(bindings.map((one) => specOf(one)["policyName"]));
  expect([...bound].sort()).toEqual(policies.map(({ metadata }) => metadata.name).sort());
});

test("each refusal is a 403 and says what was expected, found, and what to do", () => {
  for (const { reason, message = "expected a, found b. C" } of policies.flatMap(
    (one) => specOf(one).validations,
  )) {
    expect(reason).toBe("Forbidden");
    expect(message).toMatch(/^expected .*, found .*\. \S/s);
  }
});

test("every rule names its scope, so that nothing cluster-wide waits for a list", () => {
  const scopes = policies.flatMap((one) =>
    specOf(one).matchConstraints.resourceRules.map(({ scope }) => scope),
  );
  expect(new Set(scopes)).toEqual(new Set(["Namespaced", "Cluster"]));
  const custom = specOf(named(objects, "ValidatingAdmissionPolicy", "waybill-custom")).matchConstraints;
  expect(custom.resourceRules.map(({ scope }) => scope)).toEqual(["Namespaced"]);
});

test.each([
  ["", "pods"],
  ["", "pods/ephemeralcontainers"],
  ["", "replicationcontrollers"],
  ["", "podtemplates"],
  ["apps", "deployments"],
  ["apps", "replicasets"],
  ["apps", "statefulsets"],
  ["apps", "daemonsets"],
  ["batch", "jobs"],
  ["batch", "cronjobs"],
])("%s/%s is asked for on creation and update by both policies", (group, resource) => {
  for (const name of ["waybill-images", "waybill-decided"]) {
    const rules = specOf(named(objects, "ValidatingAdmissionPolicy", name)).matchConstraints.resourceRules;
    const rule = rules.find(
      ({ apiGroups, resources }) => apiGroups.includes(group) && resources.includes(resource),
    );
    expect(rule?.operations).toEqual(["CREATE", "UPDATE"]);
  }
});

test.each([
  ["audit", ["Audit"], "Allow"],
  ["warn", ["Warn", "Audit"], "Allow"],
  ["refuse", ["Deny", "Audit"], "Deny"],
] as const)("%s: what is done, and what a missing list means", (admission, actions, missing) => {
  const made = clusterGuard(guard({ environments: [environment("one", { admission })] }));
  const binding = specOf(named(made, "ValidatingAdmissionPolicyBinding", "waybill-decided-one"));
  expect(binding).toMatchObject({
    validationActions: actions,
    paramRef: { name: DECIDED, parameterNotFoundAction: missing },
    matchResources: { namespaceSelector: { matchLabels: { "waybill.dev/environment": "one" } } },
  });
});

test("lists and namespaces are protected from the first day on", () => {
  const made = clusterGuard(guard({ environments: [environment("one", { admission: "audit" })] }));
  for (const name of ["waybill-list", "waybill-namespaces"])
    expect(specOf(named(made, "ValidatingAdmissionPolicyBinding", name))["validationActions"]).toEqual([
      "Deny",
      "Audit",
    ]);
});

test("something asks for ConfigMaps that may stay when all else goes", () => {
  expect(specOf(watch().policy)["paramKind"]).toEqual({ apiVersion: "v1", kind: "ConfigMap" });
});

test("without registries any will do; with them it is asked", () => {
  const count = (registries: readonly string[] | undefined) =>
    specOf(named(clusterGuard(guard({ registries })), "ValidatingAdmissionPolicy", "waybill-images"))
      .validations.length;
  expect(count(undefined)).toBe(1);
  expect(count(["ghcr.io"])).toBe(2);
});

test("other namespaces are shut only where exempt ones are listed", () => {
  const name = "waybill-other-namespaces";
  expect(objects.map(({ metadata }) => metadata.name)).not.toContain(name);
  const binding = named(
    clusterGuard(guard({ exempt: ["kube-system"] })),
    "ValidatingAdmissionPolicyBinding",
    name,
  );
  expect(JSON.stringify(binding)).toContain('"values":["kube-system"]');
});

test("paths of promotion.yaml are asked for too", () => {
  const imagePaths = [{ group: "shop.example", kind: "Widget", path: "spec.parts[].picture" }];
  const { validations } = specOf(
    named(clusterGuard(guard({ imagePaths })), "ValidatingAdmissionPolicy", "waybill-custom"),
  );
  expect(validations.filter(({ expression }) => expression.includes('"picture"'))).toHaveLength(1);
});

test("an environment to which nobody may deploy is a mistake", () => {
  expect(() => clusterGuard(guard({ environments: [environment("one", { deployers: [] })] }))).toThrow(
    AdmissionError,
  );
});

test("everything together fits well into what etcd takes, also with many registries", () => {
  const registries = Array.from({ length: 100 }, (_, index) => `registry-${index}.example/team`);
  for (const object of clusterGuard(guard({ registries })))
    expect(JSON.stringify(object).length).toBeLessThan(1_000_000);
});
