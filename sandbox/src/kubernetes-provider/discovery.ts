import type { Value } from "@waybill/provider";
import { ApiError } from "./api-error";
import type { Client } from "./client";
import { apiVersionOf, type Gvk } from "./kind";
import { listAt, textAt } from "./object";

/** Where the objects of one kind live on the API server. */
export interface ApiKind {
  readonly namespaced: boolean;
  pathOf(namespace: string | undefined, name?: string): string;
}

/** Asks the API server what it serves, once for each group version; a kind that was not there may come. */
export class Discovery {
  private readonly known = new Map<string, ApiKind>();

  constructor(private readonly client: Client) {}

  async find(gvk: Gvk, signal: AbortSignal): Promise<ApiKind | undefined> {
    const key = `${apiVersionOf(gvk)}/${gvk.kind}`;
    const found = this.known.get(key) ?? (await this.ask(gvk, signal));
    if (found !== undefined) this.known.set(key, found);
    return found;
  }

  private async ask(gvk: Gvk, signal: AbortSignal): Promise<ApiKind | undefined> {
    const root = gvk.group === "" ? `/api/${gvk.version}` : `/apis/${gvk.group}/${gvk.version}`;
    try {
      const { object } = await this.client.send({ method: "GET", path: root }, signal);
      // A name with a slash is a subresource, which may be of any kind.
      const resource = listAt(object, "resources").find(
        (one) => textAt(one, "kind") === gvk.kind && !textAt(one, "name")?.includes("/"),
      );
      return resource === undefined ? undefined : apiKind(root, resource);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }
}

function apiKind(root: string, resource: Value): ApiKind {
  const plural = textAt(resource, "name") ?? "";
  const namespaced = (resource as { namespaced?: Value }).namespaced === true;
  return {
    namespaced,
    pathOf: (namespace, name) => {
      const place = namespaced ? `/namespaces/${encodeURIComponent(namespace ?? "default")}` : "";
      return `${root}${place}/${plural}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
    },
  };
}
