import type { Audited, Finding } from "@waybill/core/audit";
import { quote } from "@waybill/core/image";
import { asJson, table } from "../output";

/** What `--json` says about one image; keys are added, never renamed (docs/cli.md). */
export function findingJson(finding: Finding): object {
  const { file, line, kind, name, namespace, path, image, pinned, verdict, reason } = finding;
  const { code, container, guessed, mention, registryAllowed, asked, environment, exposed, workload, risk } =
    finding;
  return {
    file,
    line,
    kind,
    name,
    namespace,
    path,
    image: image ?? null,
    pinned,
    verdict,
    reason,
    code,
    container: container ?? null,
    guessed,
    mention,
    registryAllowed: registryAllowed ?? null,
    signed: asked.signed,
    promoted: asked.promoted,
    environment,
    exposed,
    privileges: workload.privileges,
    replicas: workload.replicas,
    risk,
    owner: finding.owner ?? null,
    running: finding.running ?? null,
    mirror: finding.mirror,
    via: finding.via ?? null,
  };
}

/** A write for each line would take longer than the audit; one for all would hold all texts at once. */
const AT_ONCE = 100;

export function showJson({ findings }: Audited, out: (text: string) => void): void {
  for (let at = 0; at < findings.length; at += AT_ONCE)
    out(
      findings
        .slice(at, at + AT_ONCE)
        .map((finding) => asJson(findingJson(finding)))
        .join(""),
    );
}

/** What is wrong, and what somebody should know, the most dangerous first. */
export function showText({ findings, unread }: Audited, top: number): string {
  const told = findings.filter(({ verdict }) => verdict !== "yes");
  const rows = told
    .slice(0, top)
    .map((finding) => [
      String(finding.risk),
      `${finding.file}${finding.line === 0 ? "" : `:${finding.line}`}`,
      [finding.kind, [finding.namespace, finding.name].filter(Boolean).join("/")].filter(Boolean).join(" ") ||
        "-",
      finding.image === undefined ? "?" : shown(finding.image),
      about(finding),
    ]);
  const more = told.length > top ? `… and ${told.length - top} more\n` : "";
  return `${rows.length === 0 ? "" : table([["RISK", "PLACE", "OBJECT", "IMAGE", "WHY"], ...rows])}${more}${summary(findings, unread.length)}`;
}

function about({ reason, verdict, guessed, mirror, owner, via }: Finding): string {
  return [
    `${verdict === "note" ? "note: " : ""}${reason}`,
    ...(guessed ? ["guessed from the shape of an unknown kind"] : []),
    ...(mirror ? ["a static pod: change the file on its node"] : []),
    ...(owner === undefined ? [] : [`made by ${owner}`]),
    ...(via === undefined ? [] : [`built by ${via}`]),
  ].join("; ");
}

/** No escape sequence of a file reaches a terminal. */
function shown(image: string): string {
  return /^[!-~]+$/.test(image) ? image : quote(image);
}

function summary(findings: readonly Finding[], unread: number): string {
  const images = findings.filter(({ mention }) => !mention);
  const files = new Set(images.map(({ file }) => file)).size;
  const refused = images.filter(({ verdict }) => verdict === "no").length;
  const notes = findings.length - images.length;
  return (
    `${images.length} images in ${files} files: ${images.length - refused} fine, ${refused} not` +
    (notes === 0 ? "" : `; ${notes} only named in variables, arguments or annotations`) +
    `${unread === 0 ? "" : `; ${unread} inputs could not be read`}\n`
  );
}
