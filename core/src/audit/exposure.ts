import { type Occurrence } from "./occurrence";
import { fieldsAt, listOf, textOf } from "./workload";

interface Service {
  readonly namespace: string;
  readonly name: string;
  readonly selector: readonly (readonly [string, unknown])[];
  /** A port of its own on nodes or on a load balancer. */
  readonly open: boolean;
}

/** Which pods can be reached from outside the cluster, by all objects that were read. */
export class Exposure {
  private readonly services: Service[] = [];
  /** Services that an Ingress or a route leads to, as namespace/name. */
  private readonly routed = new Set<string>();

  add(kind: string, namespace: string, name: string, object: unknown): void {
    const spec = fieldsAt(object, ["spec"]);
    if (kind === "Service") {
      const selector = Object.entries(fieldsAt(spec, ["selector"]));
      const open = ["LoadBalancer", "NodePort"].includes(textOf(spec["type"]));
      if (selector.length > 0) this.services.push({ namespace, name, selector, open });
    } else if (kind === "Ingress") {
      const backends = [spec["defaultBackend"], spec["backend"]];
      for (const rule of listOf(spec["rules"]))
        for (const path of listOf(fieldsAt(rule, ["http"])["paths"])) backends.push(path["backend"]);
      for (const backend of backends) {
        const service =
          textOf(fieldsAt(backend, ["service"])["name"]) || textOf(fieldsAt(backend, [])["serviceName"]);
        this.routed.add(`${namespace}/${service}`);
      }
    } else if (/^(?:HTTP|GRPC|TCP|TLS)Route$/.test(kind)) {
      for (const rule of listOf(spec["rules"]))
        for (const backend of listOf(rule["backendRefs"]))
          this.routed.add(`${textOf(backend["namespace"]) || namespace}/${textOf(backend["name"])}`);
    }
  }

  isExposed({ workload, namespace }: Occurrence): boolean {
    if (workload.onHost) return true;
    return this.services.some(
      (service) =>
        service.namespace === namespace &&
        (service.open || this.routed.has(`${namespace}/${service.name}`)) &&
        service.selector.every(([key, value]) => workload.labels[key] === value),
    );
  }
}
