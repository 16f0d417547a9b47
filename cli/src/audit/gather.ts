import { basename, join } from "node:path";
import { type Audit } from "@waybill/core/audit";
import { filesHere, readText } from "./files";
import { complaint, onPath, run } from "./run";
import { walk } from "./walk";

/** Reads everything below the paths into an audit. */
export async function gatherFiles(
  paths: readonly string[],
  audit: Audit,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const walked = walk(paths);
  for (const { file, problem } of walked.unread) audit.addUnread({ file, line: 0, problem });
  const files = filesHere((path) => walked.kustomizations.get(path) ?? walked.manifests.get(path));
  const built = audit.addKustomizations([...walked.kustomizations.keys()], files);
  for (const [path, file] of walked.manifests) if (!built.has(path)) addFile(audit, path, file, false);
  for (const [path, file] of walked.values) if (!built.has(path)) addFile(audit, path, file, true);
  for (const [path, { shown, templates }] of walked.charts)
    await gatherChart(path, shown, templates, audit, environment);
}

function addFile(audit: Audit, path: string, file: string, isValues: boolean): void {
  const read = readText(path);
  if ("text" in read) audit.add({ file, text: read.text, isValues });
  else audit.addUnread({ file, line: 0, problem: read.problem });
}

/** Templates are no YAML before they are rendered. */
async function gatherChart(
  folder: string,
  shown: string,
  templates: readonly string[],
  audit: Audit,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const helm = onPath("helm", environment);
  if (helm !== undefined) {
    const ran = await run(helm, ["template", basename(folder), folder], environment);
    if (ran.code === 0) addRendered(ran.out, shown, audit);
    else audit.addUnread({ file: shown, line: 0, problem: `helm template: ${complaint(ran)}` });
    return;
  }
  const unread: string[] = [];
  for (const template of templates) {
    const read = readText(template);
    if ("text" in read && !read.text.includes("{{")) audit.add({ file: template, text: read.text });
    else unread.push(template);
  }
  if (unread.length > 0) {
    const problem = `${unread.length} templates of a chart cannot be read without helm: render them, and audit what comes out`;
    audit.addUnread({ file: join(shown, "templates"), line: 0, problem });
  }
}

/** helm says above each document which template it is from. */
function addRendered(text: string, shown: string, audit: Audit): void {
  for (const part of text.split(/^---\n/m)) {
    const source = /^# Source: [^/\n]+\/(.+)$/m.exec(part)?.[1];
    audit.add({
      file: source === undefined ? `${shown} (rendered)` : `${join(shown, source)} (rendered)`,
      text: part,
      isLive: true,
    });
  }
}
