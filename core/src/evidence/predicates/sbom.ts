import { list, object, text, time } from "./shapes";

/** SPDX 2: the whole document is the predicate. */
export interface Spdx {
  readonly spdxVersion: string;
  readonly SPDXID: string;
  readonly name: string;
  readonly documentNamespace: string;
  readonly creationInfo: { readonly created: string; readonly creators: readonly string[] };
  readonly packages?: readonly {
    readonly SPDXID: string;
    readonly name: string;
    readonly versionInfo?: string;
  }[];
}

export const spdxSchema = object(["spdxVersion", "SPDXID", "name", "documentNamespace", "creationInfo"], {
  spdxVersion: { type: "string", pattern: "^SPDX-2\\.\\d$" },
  SPDXID: text,
  name: text,
  documentNamespace: text,
  creationInfo: object(["created", "creators"], { created: time, creators: { ...list(text), minItems: 1 } }),
  packages: list(object(["SPDXID", "name"], { SPDXID: text, name: text, versionInfo: { type: "string" } })),
});

/** CycloneDX: the whole document is the predicate. */
export interface CycloneDx {
  readonly bomFormat: "CycloneDX";
  readonly specVersion: string;
  readonly version?: number;
  readonly components?: readonly {
    readonly type: string;
    readonly name: string;
    readonly version?: string;
  }[];
}

export const cycloneDxSchema = object(["bomFormat", "specVersion"], {
  bomFormat: { const: "CycloneDX" },
  specVersion: { type: "string", pattern: "^1\\.\\d+$" },
  version: { type: "integer", minimum: 1 },
  components: list(object(["type", "name"], { type: text, name: text, version: { type: "string" } })),
});
