import { UNKNOWN } from "@waybill/core/images";
import { pick } from "../pick";
import { isObject } from "../plain";
import type { Resource } from "../resource";
import { type Finding, notKnownYet, type Rule } from "../rule";

/** Where each type holds its policy. */
const POLICIES: Readonly<Record<string, string>> = {
  "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
  "aws:ecr/registryPolicy:RegistryPolicy": "policy",
  "aws-native:ecr:Repository": "repositoryPolicyText",
  "aws-native:ecr:RegistryPolicy": "policyText",
};
const PUBLIC = ["aws:ecrpublic/repository:Repository", "aws-native:ecr:PublicRepository"];

/** K7: whoever is let in is named, one by one. */
export const ecrNoPublicAccess: Rule = {
  name: "ecr-no-public-access",
  description: "No ECR repository is public, and no policy lets in whoever comes.",
  check: (resource, run) => {
    if (PUBLIC.includes(resource.type)) return [isPublic(resource)];
    const path = POLICIES[resource.type];
    const policy = path === undefined ? undefined : resource.props[path];
    if (path === undefined || policy === undefined || policy === null) return [];
    const expected = "a policy that names each account or role that it lets in";
    const principals = policy === UNKNOWN ? [UNKNOWN] : statementsIn(policy).flatMap(principalsIn);
    const wide = principals.flatMap((one) => (one === UNKNOWN ? [] : (widthOf(one) ?? [])));
    if (wide.length === 0) return principals.includes(UNKNOWN) ? [notKnownYet(path, expected, run)] : [];
    return [{ path, expected, found: wide.join(", "), next: "Name each one; a condition is no name." }];
  },
};

function isPublic({ type }: Resource): Finding {
  const next = "Use a private repository, and name who may pull.";
  return {
    path: "",
    expected: "a private repository",
    found: `a ${type}, which everybody may pull from`,
    next,
  };
}

/** As a text or as an object. */
function statementsIn(policy: unknown): readonly unknown[] {
  let value = policy;
  try {
    if (typeof policy === "string") value = JSON.parse(policy);
  } catch {
    return [undefined];
  }
  const statements = pick(value, "Statement");
  return Array.isArray(statements) ? statements : [statements];
}

/** Whom a statement lets in; what cannot be read may be anybody. */
function principalsIn(statement: unknown): readonly unknown[] {
  if (statement === UNKNOWN || !isObject(statement)) return [statement];
  const { Effect: effect, Principal: principal, NotPrincipal: others } = statement;
  if (effect === "Deny") return [];
  if (others !== undefined) return ["* but a few (NotPrincipal)"];
  return isObject(principal) ? Object.values(principal).flat() : [principal];
}

function widthOf(principal: unknown): string | undefined {
  if (typeof principal !== "string") return "a principal that cannot be read";
  return principal.includes("*") ? `the principal ${JSON.stringify(principal)}` : undefined;
}
