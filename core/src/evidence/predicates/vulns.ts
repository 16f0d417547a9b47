import { list, object, text, time } from "./shapes";

/** in-toto vulns v0.2: what a scanner found, with which database, when. */
export interface Vulns {
  readonly scanner: {
    readonly uri: string;
    readonly version?: string;
    readonly db: { readonly uri?: string; readonly version?: string; readonly lastUpdate: string };
    readonly result: readonly Finding[];
  };
  readonly metadata: { readonly scanStartedOn: string; readonly scanFinishedOn: string };
  /** Ours: "assumed" where the report names no image, so that only its signer says what it is about. */
  readonly waybill_digest?: "named" | "assumed";
}

export interface Finding {
  readonly id: string;
  readonly severity: readonly { readonly method: string; readonly score: string }[];
  readonly annotations?: readonly unknown[];
}

export const vulnsSchema = object(["scanner", "metadata"], {
  scanner: object(["uri", "db", "result"], {
    uri: text,
    version: { type: "string" },
    db: object(["lastUpdate"], { uri: { type: "string" }, version: { type: "string" }, lastUpdate: time }),
    result: list(
      object(["id", "severity"], {
        id: text,
        severity: list(object(["method", "score"], { method: text, score: text })),
        annotations: { type: "array" },
      }),
    ),
  }),
  metadata: object(["scanStartedOn", "scanFinishedOn"], { scanStartedOn: time, scanFinishedOn: time }),
  waybill_digest: { enum: ["named", "assumed"] },
});
