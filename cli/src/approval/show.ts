import type { ReleasedImage } from "@waybill/core/evidence";
import { describeVerdicts } from "@waybill/core/gates";
import { describePlace } from "@waybill/core/release";
import { seconds } from "../time";
import { plain } from "../words";
import type { Subject } from "./subject";

export function showSubject(subject: Subject, expires: Date, freeze: string | undefined): string {
  const { place, from, to, verdicts, approvals } = subject;
  const said = approvals.map(({ person, expires: until }) => `${plain(person)} until ${plain(until)}`);
  return [
    `an approval for ${describePlace(place)}${freeze === undefined ? "" : `, for the freeze ${freeze} too`}, good until ${seconds(expires)}`,
    `  old       ${from ? nameOf(from) : "nothing runs there"}`,
    `  new       ${nameOf(to)}`,
    ...settingsOf(subject).map((line, index) => `  ${index === 0 ? "settings" : "        "}  ${line}`),
    `  approved  ${said.join("; ") || "by nobody so far"}`,
    describeVerdicts(verdicts).trimEnd(),
    "",
  ].join("\n");
}

function nameOf({ digest, tag }: ReleasedImage): string {
  return `${digest} (${tag})`;
}

/** What cannot be shown is named: who signs must know that it is there. */
function settingsOf({ settings, reconfigured }: Subject): string[] {
  if (!settings) return ["all are new, as nothing runs there"];
  const changes = settings.settings.map(({ name, from, to, secret, kind }) =>
    secret
      ? `secret ${plain(name)}: ${kind}`
      : `${plain(name)}: ${plain(from ?? "not set")} -> ${plain(to ?? "not set")}`,
  );
  const manifests = settings.manifests ? ["port, probes or resources of service.yaml change"] : [];
  const lines = [...changes, ...manifests];
  if (lines.length > 0) return lines;
  return [reconfigured ? "CHANGED by their hash, in something that cannot be shown here" : "no change"];
}
