import {
  AdmissionError,
  clusterGuard,
  DECIDED,
  decidedLines,
  guardOf,
  namespaceGuard,
  parseSubject,
} from "@waybill/core/admission";
import { parsePromotion } from "@waybill/core/promotion";
import { environment, guard, named } from "./support";

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

describe("the list of what is decided", () => {
  test("has each image once, in order, without tags, by the name that the workload writes", () => {
    const images = [`redis:8@${digest("a")}`, `ghcr.io:443/x@${digest("b")}`, `redis@${digest("a")}`];
    expect(decidedLines(images)).toBe(`redis@${digest("a")}\nghcr.io:443/x@${digest("b")}`);
  });

  test.each(["ghcr.io/acme/app:1", "ghcr.io/acme/app", "", `a\nb@${digest("a")}`])(
    "never has %j",
    (image) => {
      expect(() => decidedLines([image])).toThrow(/expected/);
    },
  );
});

describe("subjects", () => {
  test.each([
    ["user:alice@example.com", { kind: "user", name: "alice@example.com" }],
    ["group:system:masters", { kind: "group", name: "system:masters" }],
    ["serviceaccount:ci/deployer", { kind: "serviceaccount", namespace: "ci", name: "deployer" }],
  ])("%s", (text, subject) => expect(parseSubject(text)).toEqual(subject));

  test.each(["alice", "user:", "serviceaccount:deployer", "serviceaccount:a/b/c", "robot:x"])(
    "%j is none",
    (text) => {
      expect(() => parseSubject(text)).toThrow(AdmissionError);
    },
  );
});

describe("one namespace", () => {
  const rollback = [{ kind: "user", name: "oncall" }] as const;
  const made = namespaceGuard(guard({ environments: [environment("prod", { rollback })] }), "shop", "prod");
  const rules = (name: string) =>
    named(made, "Role", name)["rules"] as {
      resources: string[];
      verbs: string[];
      resourceNames?: string[];
    }[];

  test("who may roll back writes Deployments and nothing else, and reads the list alone (C6)", () => {
    const written = rules("waybill-rollback").filter(({ verbs }) =>
      verbs.some((verb) => !READ.includes(verb)),
    );
    expect(written.map(({ resources, verbs }) => [resources, verbs])).toEqual([
      [["deployments"], ["patch", "update"]],
    ]);
    const lists = rules("waybill-rollback").filter(({ resources }) => resources.includes("configmaps"));
    expect(lists.map(({ resourceNames, verbs }) => [resourceNames, verbs])).toEqual([[[DECIDED], ["get"]]]);
  });

  test("nobody may run a shell, debug, or make roles", () => {
    const all = rules("waybill-deployer")
      .concat(rules("waybill-rollback"))
      .flatMap(({ resources }) => resources);
    for (const resource of ["pods/exec", "pods/ephemeralcontainers", "roles", "rolebindings", "*"])
      expect(all).not.toContain(resource);
  });

  test("roles without anybody are not made; nothing comes in by default", () => {
    expect(made.map(({ metadata }) => metadata.name)).not.toContain("waybill-viewer");
    expect(named(made, "NetworkPolicy", "waybill-default-deny")["spec"]).toEqual({
      podSelector: {},
      policyTypes: ["Ingress"],
    });
  });

  test("of an environment that is not there is refused", () => {
    expect(() => namespaceGuard(guard(), "shop", "production")).toThrow(/dev, prod.*"production"/);
  });
});

const READ = ["get", "list", "watch"];

describe("from promotion.yaml", () => {
  const text = `
version: 1
owner: platform@example.com
nextReview: 2099-01-01
environments:
  - name: dev
  - name: prod
    admission: warn
    cluster: { deployers: ["serviceaccount:ci/prod"], rollback: ["group:oncall"] }
services: { app: { path: app } }
registries: [ghcr.io/acme]
external:
  - { repository: docker.io/library/redis, owner: a@example.com, reason: cache, expires: 2027-01-01 }
trust: { signers: [] }
`;
  const promotion = parsePromotion("/promotion.yaml", text);
  const now = new Date("2026-12-01");

  test("registries, environments and who may do what", () => {
    expect(guardOf(promotion, { environments: ["prod"], now })).toMatchObject({
      registries: ["ghcr.io/acme"],
      external: ["docker.io/library/redis"],
      environments: [
        {
          name: "prod",
          admission: "warn",
          deployers: [{ kind: "serviceaccount", namespace: "ci", name: "prod" }],
          rollback: [{ kind: "group", name: "oncall" }],
        },
      ],
    });
  });

  test("an image of others that has expired is left out", () => {
    expect(guardOf(promotion, { environments: ["prod"], now: new Date("2027-02-01") }).external).toEqual([]);
  });

  test("the first environment only tells; one without deployers, or that is not there, is a mistake", () => {
    expect(guardOf(promotion, { now }).environments[0]).toMatchObject({ name: "dev", admission: "audit" });
    expect(() => clusterGuard(guardOf(promotion, { now }))).toThrow(/environment dev.*nobody/);
    expect(() => guardOf(promotion, { environments: ["qa"], now })).toThrow(/dev, prod.*"qa"/);
  });
});
