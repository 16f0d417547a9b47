import { posix } from "node:path";
import { Audit, type Audited, type Files, NOT_ASKED, type Rules } from "@waybill/core/audit";
import type { ImagePath } from "@waybill/core/images";

export const DIGEST = `sha256:${"f".repeat(64)}`;
export const RULES: Rules = { allowed: { registries: undefined }, ask: () => NOT_ASKED };

/** The audit of some files, each by its name. */
export function audit(
  files: Readonly<Record<string, string>>,
  { rules = RULES, configured = [] }: { rules?: Rules; configured?: readonly ImagePath[] } = {},
): Audited {
  const found = new Audit(configured);
  for (const [file, text] of Object.entries(files))
    found.add({ file, text, isValues: /values[^/]*\.yaml$/.test(file) });
  return found.finish(rules);
}

/** Files that are only here, as kustomizations see them. */
export function filesOf(texts: Readonly<Record<string, string>>): Files {
  return {
    read: (path) => texts[path],
    isFolder: (path) => Object.keys(texts).some((name) => name.startsWith(`${path}/`)),
    resolve: (folder, name) => posix.resolve(folder, name),
    show: (path) => path.slice(1),
  };
}

export function build(texts: Readonly<Record<string, string>>, ...folders: readonly string[]): Audited {
  const found = new Audit();
  found.addKustomizations(folders, filesOf(texts));
  return found.finish(RULES);
}

export const places = ({ findings }: Audited) =>
  findings.map(({ file, line, image }) => `${file}:${line} ${image ?? "?"}`).sort();

export const problems = ({ unread }: Audited) =>
  unread.map(({ file, line, problem }) => `${file}:${line} ${problem}`);

export const deployment = (
  image: string,
  { name = "web", namespace = "", more = "", pod = "" } = {},
) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}${namespace === "" ? "" : `\n  namespace: ${namespace}`}
spec:${more}
  template:
    metadata:
      labels: { app: ${name} }
    spec:${pod}
      containers:
        - name: app
          image: ${image}
`;
