import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { formatPath, parsePath, type Path } from "./path";
import type { Change, CheckRequest, Checked, Diff } from "./resource";
import { ProviderError } from "./errors";
import { keepSecrets, type Values } from "./value";
import { decodeValues, encodeValues } from "./wire";

export function readCheck(request: pb.CheckRequest, news: Values): CheckRequest {
  const autonaming = request.getAutonaming();
  const modes = ["propose", "enforce", "disable"] as const;
  const mode = autonaming && modes[autonaming.getMode()];
  return {
    olds: decodeValues(request.getOlds()),
    news,
    seed: request.getRandomseed_asU8(),
    ...(autonaming && mode ? { autonaming: { mode, proposed: autonaming.getProposedName() } } : {}),
  };
}

export function writeChecked(checked: Checked, news: Values): pb.CheckResponse {
  const response = new pb.CheckResponse();
  response.setInputs(encodeValues(keepSecrets(checked.inputs, news)));
  for (const { path, reason } of checked.failures) {
    const failure = new pb.CheckFailure();
    failure.setProperty(formatPath(path));
    failure.setReason(reason);
    response.addFailures(failure);
  }
  return response;
}

export function readIgnoreChanges(texts: readonly string[]): readonly Path[] {
  return texts.map((text) => {
    const path = parsePath(text);
    if (path !== undefined) return path;
    throw new ProviderError("invalid", {
      about: "ignoreChanges",
      expected: 'property paths such as spec.replicas or metadata.labels["a.b/c"]',
      found: text,
      next: "Correct the path.",
    });
  });
}

const { Kind } = pb.PropertyDiff;
const kinds = {
  add: [Kind.ADD, Kind.ADD_REPLACE],
  update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
  delete: [Kind.DELETE, Kind.DELETE_REPLACE],
} as const;

export function writeDiff({ changes, deleteBeforeReplace = false }: Diff): pb.DiffResponse {
  const { DiffChanges } = pb.DiffResponse;
  const response = new pb.DiffResponse();
  response.setChanges(changes.length > 0 ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE);
  response.setHasdetaileddiff(true);
  response.setDeletebeforereplace(deleteBeforeReplace);
  response.setDiffsList([...new Set(changes.map(({ path }) => formatPath(path.slice(0, 1))))]);
  response.setReplacesList(changes.filter(({ replace }) => replace).map(({ path }) => formatPath(path)));
  for (const change of changes)
    response.getDetaileddiffMap().set(formatPath(change.path), propertyDiff(change));
  return response;
}

function propertyDiff({ kind, replace = false }: Change): pb.PropertyDiff {
  const diff = new pb.PropertyDiff();
  diff.setKind(kinds[kind][replace ? 1 : 0]);
  // The state also holds what the server filled in; only the old inputs hold what the user took away.
  diff.setInputdiff(kind === "delete");
  return diff;
}
