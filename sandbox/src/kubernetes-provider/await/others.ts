import { listAt, nameOf, objectAt, textAt } from "../object";
import { conditionOf, isTrue, type Assess } from "./readiness";

/**
 * A Service is ready with its first ready address. One that selects no pod at all is ready too, as with the official
 * provider: what it serves may be declared after it.
 */
export const service: Assess = async (live, look) => {
  const type = textAt(live, "spec", "type");
  if (type === "LoadBalancer" && listAt(live, "status", "loadBalancer", "ingress").length === 0) {
    return { message: "no load balancer gave it an address" };
  }
  const headless = textAt(live, "spec", "clusterIP") === "None";
  const noSelector = Object.keys(objectAt(live, "spec", "selector")).length === 0;
  if (type === "ExternalName" || headless || noSelector) return undefined;
  const slices = await look.list(`/apis/discovery.k8s.io/v1/namespaces/${look.namespace}/endpointslices`, {
    labelSelector: `kubernetes.io/service-name=${nameOf(live)}`,
  });
  const endpoints = slices.flatMap((slice) => listAt(slice, "endpoints"));
  const ready = endpoints.some((endpoint) => objectAt(endpoint, "conditions")["ready"] !== false);
  if (ready || endpoints.length === 0) return undefined;
  return { message: `0 of ${endpoints.length} selected pods are ready` };
};

/** Until it is established, the API server does not know the kind that it defines. */
export const customResourceDefinition: Assess = (live) => {
  if (isTrue(live, "Established")) return Promise.resolve(undefined);
  const names = conditionOf(live, "NamesAccepted");
  const refused = textAt(names, "status") === "False";
  const reasons = refused ? [textAt(names, "message") ?? "its names are taken"] : [];
  return Promise.resolve({ message: "not established yet", reasons, failed: refused });
};
