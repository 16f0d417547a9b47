import { type Command } from "../command";
import { verifyBundleFile } from "../verify/bundle";
import { wrongUsage } from "../input";

export const command: Command = {
  usage:
    "--bundle FILE --artifact-digest sha256:… (--key FILE | --certificate-identity ID --certificate-oidc-issuer URL)",
  help: [
    "--bundle FILE                    a sigstore bundle, version 0.1 to 0.3",
    "--artifact-digest sha256:…       what it must be about; or --artifact FILE, where its bytes are needed",
    "--key FILE                       the public key that must have signed",
    "--certificate-identity ID        who must have signed, whole; with --certificate-oidc-issuer URL",
    "--trusted-root FILE              the sigstore instance; without it, the public one",
    "--predicate-type T               what the statement must be: a type URI or a short name",
    "--json                           one JSON object (docs/cli.md)",
    "Nothing is asked of the network.",
  ],
  flags: {
    bundle: { type: "string" },
    "artifact-digest": { type: "string" },
    artifact: { type: "string" },
    key: { type: "string" },
    "certificate-identity": { type: "string" },
    "certificate-oidc-issuer": { type: "string" },
    "trusted-root": { type: "string" },
    "predicate-type": { type: "string", multiple: true },
    json: { type: "boolean" },
  },
  takesPositionals: false,
  run: async (args, io) => {
    if (args.flags["bundle"] === undefined) throw wrongUsage("verify", "--bundle FILE", "none");
    return Promise.resolve(verifyBundleFile(args, io, new Date()));
  },
};
