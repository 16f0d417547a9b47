import { formatReference } from "@waybill/core/image";
import { gather, judge, recordOf } from "@waybill/core/offline";
import { type Command, Exit } from "../command";
import { textFlag } from "../input";
import { asJson } from "../output";
import { readTrust } from "../policy";
import { oneImage, withRegistry } from "../registry";
import { showEvidence } from "../verify/show";

export const command: Command = {
  usage: "IMAGE@sha256:…",
  help: [
    "--trust FILE       who may say what (default: promotion.yaml)",
    "--environment ENV  for which environment it must count (default: any)",
    "--json             one JSON object (docs/cli.md)",
    "A time with a question mark was not witnessed by anybody trusted, a signer with one is not proven.",
    "Exit code 0 whenever the list could be had, also if nothing in it counts.",
  ],
  flags: { trust: { type: "string" }, environment: { type: "string" }, json: { type: "boolean" } },
  takesPositionals: true,
  run: async (args, io) => {
    const image = oneImage("evidence list", args);
    const trust = readTrust(args);
    const gathered = await withRegistry(io, (registry) => gather(registry, image));
    const inquiry = {
      environment: textFlag(args, "environment"),
      predicates: [],
      now: io.now?.() ?? new Date(),
    };
    const judgement = judge(gathered, inquiry, trust);
    if (args.flags["json"] === true) {
      const {
        image: name,
        environment,
        at,
        trust: hash,
        blocks,
        evidence,
      } = recordOf(image, judgement, trust);
      io.out(asJson({ image: name, environment, at, trust: hash, blocks, evidence }));
      return Exit.yes;
    }
    const { entries, report } = judgement;
    if (entries.length === 0) io.out(`no evidence is attached to ${formatReference(image)}\n`);
    else io.out(showEvidence(entries, "with ids"));
    for (const { reason, by } of report.blocks) io.out(`blocked: "${reason}" by ${by}\n`);
    return Exit.yes;
  },
};
