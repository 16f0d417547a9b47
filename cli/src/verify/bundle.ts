import {
  type Artifact,
  EvidenceError,
  LIMITS,
  verifyBundle,
  type VerifiedBundle,
} from "@waybill/core/evidence";
import { parseDigest } from "@waybill/core/image";
import {
  parsePublicKey,
  parseTrustRoot,
  predicateName,
  type PublicKey,
  type TrustRoot,
} from "@waybill/core/trust";
import { type Arguments, Exit, type ExitCode, type Io } from "../command";
import { readInput, readJson, requiredFlag, textFlag, textFlags, wrongUsage } from "../input";
import { publicGoodRoot } from "../publicGood";
import { asJson, problemJson } from "../output";

type Signer = { readonly issuer: string; readonly identity: string } | { readonly key: PublicKey };

/** One bundle against one artifact and one signer: no registry, no trust policy, no network. */
export function verifyBundleFile(args: Arguments, io: Io, now: Date): ExitCode {
  const file = requiredFlag("verify", args, "bundle");
  const question = {
    artifact: readArtifact(args),
    signer: readSigner(args),
    root: readRoot(args),
    predicate: readPredicate(args),
    now,
  };
  const bytes = readInput(file, LIMITS.bundleBytes);
  const isJson = args.flags["json"] === true;
  try {
    const verified = verifyBundle(file, bytes, question);
    io.out(isJson ? asJson(acceptedJson(verified)) : describe(verified));
    return Exit.yes;
  } catch (error) {
    if (!(error instanceof EvidenceError) || error.code === "artifact-needed") throw error;
    io.out(
      isJson
        ? asJson({ ...NOTHING, accepted: false, refusal: problemJson(error) })
        : `refused: ${error.code}: ${error.message}\n`,
    );
    return Exit.no;
  }
}

function readArtifact(args: Arguments): Artifact {
  const [digest, file] = [textFlag(args, "artifact-digest"), textFlag(args, "artifact")];
  if (digest !== undefined && file === undefined) return { digest: parseDigest(digest) };
  if (file !== undefined && digest === undefined) return { bytes: readInput(file) };
  throw wrongUsage(
    "verify",
    "either --artifact-digest sha256:… or --artifact FILE",
    digest === undefined ? "neither" : "both",
  );
}

/** Whole, exact and all of it: an identity without its issuer could be anybody's of that name. */
function readSigner(args: Arguments): Signer {
  const [key, identity, issuer] = ["key", "certificate-identity", "certificate-oidc-issuer"].map((name) =>
    textFlag(args, name),
  );
  if (key !== undefined && identity === undefined && issuer === undefined)
    return { key: parsePublicKey(key, readInput(key).toString("utf8")) };
  if (key === undefined && identity !== undefined && issuer !== undefined) return { identity, issuer };
  const found = [
    ...(key === undefined ? [] : ["--key"]),
    ...(identity === undefined ? [] : ["--certificate-identity"]),
    ...(issuer === undefined ? [] : ["--certificate-oidc-issuer"]),
  ];
  const expected = "either --key FILE, or --certificate-identity ID with --certificate-oidc-issuer URL";
  throw wrongUsage("verify", expected, found.length === 0 ? "neither" : `only ${found.join(" and ")}`);
}

function readRoot(args: Arguments): TrustRoot {
  const file = textFlag(args, "trusted-root");
  return file === undefined ? publicGoodRoot() : parseTrustRoot(file, readJson(file));
}

function readPredicate(args: Arguments): string | undefined {
  const [type, ...more] = textFlags(args, "predicate-type");
  if (more.length > 0) throw wrongUsage("verify", "one --predicate-type with --bundle", `${more.length + 1}`);
  return type;
}

const NOTHING = {
  accepted: false,
  signer: null,
  predicateType: null,
  times: [],
  logged: false,
  refusal: null,
};

function acceptedJson({ signer, statement, times, logged }: VerifiedBundle): object {
  return {
    ...NOTHING,
    accepted: true,
    signer: { issuer: signer.issuer ?? null, identity: signer.identity },
    predicateType: statement?.predicateType ?? null,
    times: times.map((time) => time.toISOString()),
    logged,
  };
}

function describe({ signer, statement, times, logged }: VerifiedBundle): string {
  const lines = [
    [
      "signer",
      signer.issuer === undefined ? `key ${signer.identity}` : `${signer.identity} (${signer.issuer})`,
    ],
    ...(statement ? [["predicate", predicateName(statement.predicateType)]] : []),
    ["time", times.length > 0 ? times.map((time) => time.toISOString()).join(", ") : "no trusted time"],
    ["log", logged ? "in a trusted log" : "in no trusted log"],
  ];
  return ["accepted", ...lines.map(([name = "", text = ""]) => `  ${name.padEnd(9)}  ${text}`), ""].join(
    "\n",
  );
}
