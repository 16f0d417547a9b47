import { readFileSync } from "node:fs";
import { request } from "node:https";
import { parse } from "yaml";
import type { KubeObject } from "../support/guard";
import type { TestSandbox } from "./support/sandbox";

export interface Answer {
  readonly code: number;
  readonly message: string;
  readonly warnings: string;
  readonly body: Record<string, unknown>;
}

/** Who asks: the API server is told by impersonation, which only its administrator may do. */
export interface Asker {
  readonly user: string;
  readonly groups?: readonly string[];
}

interface Kubeconfig {
  clusters: [{ cluster: { server: string; "certificate-authority-data": string } }];
  users: [{ user: { token: string } }];
}

const PLURALS: Readonly<Record<string, string>> = {
  NetworkPolicy: "networkpolicies",
  ValidatingAdmissionPolicy: "validatingadmissionpolicies",
};

/** A Kubernetes API, spoken to without a client of its own: some two hundred requests in a few seconds. */
export class Api {
  private readonly config: Kubeconfig;

  constructor({ environment }: TestSandbox) {
    this.config = parse(readFileSync(environment["KUBECONFIG"] ?? "", "utf8")) as Kubeconfig;
  }

  pathOf({ apiVersion, kind }: { apiVersion: string; kind: string }, namespace?: string): string {
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const plural = PLURALS[kind] ?? `${kind.toLowerCase()}s`;
    return `${root}${namespace === undefined ? "" : `/namespaces/${namespace}`}/${plural}`;
  }

  create(object: KubeObject, namespace: string | undefined, asker: Asker, query = ""): Promise<Answer> {
    return this.send("POST", `${this.pathOf(object, namespace)}${query}`, object, asker);
  }

  /** Server-side apply, as Pulumi does it. */
  apply(object: KubeObject, asker: Asker): Promise<Answer> {
    const { name, namespace } = object.metadata as { name: string; namespace?: string };
    const path = `${this.pathOf(object, namespace)}/${name}?fieldManager=test&force=true`;
    return this.send("PATCH", path, object, asker, "application/apply-patch+yaml");
  }

  patch(path: string, change: object, asker: Asker): Promise<Answer> {
    return this.send("PATCH", path, change, asker, "application/merge-patch+json");
  }

  send(
    method: string,
    path: string,
    body: object | undefined,
    { user, groups = [] }: Asker,
    type = "application/json",
  ): Promise<Answer> {
    const [{ cluster }] = this.config.clusters;
    const text = body === undefined ? "" : JSON.stringify(body);
    const headers = {
      Authorization: `Bearer ${this.config.users[0].user.token}`,
      "Content-Type": type,
      // Node sends none with a DELETE, and the rest of the body would be read as the next request.
      "Content-Length": Buffer.byteLength(text),
      "Impersonate-User": user,
      ...(groups.length > 0 && { "Impersonate-Group": [...groups] }),
    };
    const ca = Buffer.from(cluster["certificate-authority-data"], "base64");
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, cluster.server), { method, headers, ca }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          const read = parseAnswer(Buffer.concat(chunks).toString());
          resolve({
            code: response.statusCode ?? 0,
            message: typeof read["message"] === "string" ? read["message"] : "",
            warnings: [response.headers["warning"] ?? []].flat().join("\n"),
            body: read,
          });
        });
      });
      sent.on("error", reject);
      sent.end(text);
    });
  }
}

/** A path that is not served is answered in plain text. */
function parseAnswer(text: string): Record<string, unknown> {
  return text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : { message: text };
}
