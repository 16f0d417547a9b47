import { AdmissionError } from "./error";

/** Somebody whom the API server knows. */
export type Subject =
  | { readonly kind: "user"; readonly name: string }
  | { readonly kind: "group"; readonly name: string }
  | { readonly kind: "serviceaccount"; readonly namespace: string; readonly name: string };

/** `user:NAME`, `group:NAME` or `serviceaccount:NAMESPACE/NAME`. */
export function parseSubject(text: string): Subject {
  const [, kind, rest = ""] = /^(user|group|serviceaccount):(.+)$/s.exec(text) ?? [];
  if (kind === "user" || kind === "group") return { kind, name: rest };
  const [, namespace, name] = /^([a-z0-9-]+)\/([a-z0-9.-]+)$/.exec(rest) ?? [];
  if (kind === "serviceaccount" && namespace !== undefined && name !== undefined) {
    return { kind, namespace, name };
  }
  throw new AdmissionError("bad-subject", {
    about: `"${text}"`,
    expected: "user:NAME, group:NAME or serviceaccount:NAMESPACE/NAME",
    found: "another form",
    next: "Write the name as the API server knows it: `kubectl auth whoami` shows it.",
  });
}

export function rbacSubject(subject: Subject): object {
  if (subject.kind === "serviceaccount")
    return { kind: "ServiceAccount", name: subject.name, namespace: subject.namespace };
  return {
    apiGroup: "rbac.authorization.k8s.io",
    kind: subject.kind === "user" ? "User" : "Group",
    name: subject.name,
  };
}

/** The names by which a request is recognised. */
export function requestNames(subjects: readonly Subject[]): { users: string[]; groups: string[] } {
  return {
    users: subjects.flatMap((subject) => {
      if (subject.kind === "group") return [];
      return subject.kind === "user"
        ? [subject.name]
        : [`system:serviceaccount:${subject.namespace}:${subject.name}`];
    }),
    groups: subjects.flatMap((subject) => (subject.kind === "group" ? [subject.name] : [])),
  };
}
