/* eslint-disable @typescript-eslint/no-require-imports -- one bundle is verified without loading what speaks to registries;
   import() cannot name a CommonJS file without its extension. */
import { type Arguments, type Command, type ExitCode, type Io } from "../command";
import { wrongUsage } from "../input";
import type * as Bundle from "../verify/bundle";
import type * as Image from "../verify/image";
import type * as Offline from "../verify/offline";

type Verify = (args: Arguments, io: Io, now: Date) => ExitCode | Promise<ExitCode>;

interface Mode {
  readonly load: () => Verify;
  /** The flags that mean something in it; any other one is refused, since it would be thought to count. */
  readonly flags: readonly string[];
}

const BUNDLE: Mode = {
  load: () => (require("../verify/bundle") as typeof Bundle).verifyBundleFile,
  flags: [
    "bundle",
    "artifact-digest",
    "artifact",
    "key",
    "certificate-identity",
    "certificate-oidc-issuer",
    "trusted-root",
    "predicate-type",
    "json",
  ],
};
const OFFLINE: Mode = {
  load: () => (require("../verify/offline") as typeof Offline).verifyOffline,
  flags: ["offline", "trust", "digest", "json"],
};
const IMAGE: Mode = {
  load: () => (require("../verify/image") as typeof Image).verifyImage,
  flags: ["trust", "environment", "predicate-type", "json"],
};

const text = { type: "string" } as const;

export const command: Command = {
  usage: "IMAGE@sha256:… | --offline FILE | --bundle FILE --artifact-digest sha256:… …",
  help: [
    "IMAGE@sha256:…                   what is attached to an image, judged by the trust policy:",
    "  --trust FILE                   who may say what (default: promotion.yaml)",
    "  --environment ENV              for which environment it must count (default: any)",
    "  --predicate-type T             what must be there, by short name or URI; may be repeated (default: signature)",
    "--offline FILE                   the same from a file of `waybill evidence export`, with no network:",
    "  --trust FILE                   judge by this trust policy, not by the one in the file",
    "  --digest sha256:…              the file must be this one",
    "--bundle FILE                    one sigstore bundle, version 0.1 to 0.3, with no network:",
    "  --artifact-digest sha256:…     what it must be about; or --artifact FILE, where its bytes are needed",
    "  --key FILE                     the public key that must have signed; or",
    "  --certificate-identity ID      who must have signed, whole, with --certificate-oidc-issuer URL",
    "  --trusted-root FILE            the sigstore instance (default: the public one)",
    "  --predicate-type T             what the statement must be",
    "--json                           one JSON object (docs/cli.md)",
  ],
  flags: {
    bundle: text,
    "artifact-digest": text,
    artifact: text,
    key: text,
    "certificate-identity": text,
    "certificate-oidc-issuer": text,
    "trusted-root": text,
    "predicate-type": { type: "string", multiple: true },
    offline: text,
    trust: text,
    digest: text,
    environment: text,
    json: { type: "boolean" },
  },
  takesPositionals: true,
  run: async (args, io) => {
    const verify = modeOf(args).load();
    return verify(args, io, io.now?.() ?? new Date());
  },
};

function modeOf(args: Arguments): Mode {
  const { flags, positionals } = args;
  const asked = [
    ...(flags["bundle"] === undefined ? [] : [BUNDLE]),
    ...(flags["offline"] === undefined ? [] : [OFFLINE]),
    ...(positionals.length === 0 ? [] : [IMAGE]),
  ];
  const [mode, ...others] = asked;
  if (!mode || others.length > 0) {
    const found = mode ? "more than one of them" : "none of them";
    throw wrongUsage("verify", "one of: IMAGE@sha256:…, --offline FILE, --bundle FILE", found);
  }
  const foreign = Object.keys(flags).find((flag) => !mode.flags.includes(flag));
  if (foreign !== undefined) {
    const known = mode.flags.map((flag) => `--${flag}`).join(", ");
    throw wrongUsage("verify", `only ${known}`, `--${foreign}`);
  }
  return mode;
}
