import { covers } from "./path";
import { differences } from "./difference";
import type {
  CheckFailure,
  Created,
  CreateRequest,
  DeleteRequest,
  Found,
  Operation,
  ReadRequest,
  Resource,
  UpdateRequest,
} from "./resource";
import { Unknown, isList, isValues, reveal, secret, type Value, type Values } from "./value";

export interface InputRule {
  readonly type: "string" | "number" | "boolean" | "list" | "object";
  readonly required?: boolean;
  /** A change of it makes a new resource. */
  readonly replace?: boolean;
  readonly secret?: boolean;
  /** False where a change of it changes nothing that was made: it is for the next time that something is. */
  readonly diffed?: boolean;
}

/** A resource type as data. */
export interface ResourceData {
  readonly inputs: Readonly<Record<string, InputRule>>;
  /** Outputs that are no inputs: unknown in a preview. */
  readonly computed: readonly string[];
  /** The old one must go before the new one can come. */
  readonly deleteBeforeReplace?: boolean;
}

/** The four functions; previews never reach them. Create keeps the contract of `Resource`: it is idempotent. */
export interface ResourceFunctions {
  create(request: Omit<CreateRequest, "preview">, operation: Operation): Promise<Created>;
  read(request: ReadRequest, operation: Operation): Promise<Found | undefined>;
  update(request: Omit<UpdateRequest, "preview">, operation: Operation): Promise<Values>;
  delete(request: DeleteRequest, operation: Operation): Promise<void>;
}

export function defineResource(data: ResourceData, functions: ResourceFunctions): Resource {
  const preview = (inputs: Values): Values => ({
    ...inputs,
    ...Object.fromEntries(data.computed.map((key) => [key, Unknown.value])),
  });
  return {
    check: ({ news }) => Promise.resolve({ inputs: markSecrets(data, news), failures: failures(data, news) }),
    diff: ({ oldInputs, news, ignoreChanges }) => {
      const changes = differences(oldInputs, news)
        .filter(({ path }) => data.inputs[String(path[0])]?.diffed !== false)
        .filter(({ path }) => !ignoreChanges.some((ignored) => covers(ignored, path)))
        .map((change) => ({ ...change, replace: data.inputs[String(change.path[0])]?.replace ?? false }));
      return Promise.resolve({ changes, deleteBeforeReplace: data.deleteBeforeReplace ?? false });
    },
    create: async (request, operation) =>
      request.preview ? { id: "", outputs: preview(request.inputs) } : functions.create(request, operation),
    read: (request, operation) => functions.read(request, operation),
    update: async (request, operation) =>
      request.preview ? preview(request.inputs) : functions.update(request, operation),
    delete: (request, operation) => functions.delete(request, operation),
  };
}

function markSecrets(data: ResourceData, news: Values): Values {
  return Object.fromEntries(
    Object.entries(news).map(([key, value]) => [key, data.inputs[key]?.secret ? secret(value) : value]),
  );
}

function failures({ inputs }: ResourceData, news: Values): readonly CheckFailure[] {
  const known = Object.keys(inputs);
  const missing = known
    .filter((key) => inputs[key]?.required && (news[key] ?? null) === null)
    .map((key) => ({ path: [key], reason: `expected a ${inputs[key]?.type ?? "value"}, found nothing` }));
  const wrong = Object.entries(news).flatMap(([key, value]) => {
    const rule = Object.hasOwn(inputs, key) ? inputs[key] : undefined;
    if (rule === undefined) return [{ path: [key], reason: `expected one of ${known.join(", ")}` }];
    const found = typeOf(reveal(value));
    return found === rule.type || found === "unknown" || found === "null"
      ? []
      : [{ path: [key], reason: `expected a ${rule.type}, found a ${found}` }];
  });
  return [...missing, ...wrong];
}

function typeOf(value: Value): string {
  if (value === null) return "null";
  if (value instanceof Unknown) return "unknown";
  if (isList(value)) return "list";
  return isValues(value) ? "object" : typeof value;
}
