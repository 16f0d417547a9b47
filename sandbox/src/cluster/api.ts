import { readFileSync } from "node:fs";
import { request } from "node:https";

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface ApiAccess {
  readonly server: string;
  readonly token: string;
  readonly authorityFile: string;
}

const PATIENCE_MS = 2_000;

/** One call to the API server; not being able to reach it is an answer with status 0. */
export async function callApi(
  access: ApiAccess,
  method: "GET" | "DELETE" | "PATCH",
  path: string,
  patch?: object,
): Promise<Answer> {
  try {
    return await exchange(access, method, path, patch);
  } catch {
    return { status: 0, body: "" };
  }
}

function exchange(
  { server, token, authorityFile }: ApiAccess,
  method: string,
  path: string,
  patch?: object,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(new URL(path, server), {
      method,
      ca: readFileSync(authorityFile),
      headers: { authorization: `Bearer ${token}`, "content-type": "application/strategic-merge-patch+json" },
      timeout: PATIENCE_MS,
      agent: false,
    });
    call.once("timeout", () => call.destroy(new Error("timeout")));
    call.once("error", reject);
    call.once("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      );
    });
    call.end(patch && JSON.stringify(patch));
  });
}

export function isNodeReady(node: Answer): boolean {
  if (node.status !== 200) return false;
  const { status } = JSON.parse(node.body) as {
    status?: { conditions?: { type: string; status: string }[] };
  };
  return status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

export interface PodName {
  readonly name: string;
  readonly namespace: string;
}

export function podNames(pods: Answer): PodName[] {
  const { items } = JSON.parse(pods.body) as { items: { metadata: PodName }[] };
  return items.map(({ metadata: { name, namespace } }) => ({ name, namespace }));
}
