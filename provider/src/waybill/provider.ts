import { ProviderError } from "../errors";
import type { Provider, Resource } from "../resource";
import { attestation } from "./attestation";
import { decisionResource } from "./decision";
import { deploymentResource } from "./deployment";
import { evidenceResource } from "./evidence";
import type { World } from "./inputs";
import { sbom } from "./sbom";
import { schema } from "./schema";
import type { Syft } from "./syft";

/** Pulumi's provider `waybill`: evidence, decisions and deployments as resources. */
export function waybillProvider(version: string, world: World, syft: Syft): Provider {
  const resources = new Map<string, Resource>([
    ["waybill:index:Attestation", evidenceResource(attestation, world)],
    ["waybill:index:Sbom", evidenceResource(sbom(syft), world)],
    ["waybill:index:Decision", decisionResource(world)],
    ["waybill:index:Deployment", deploymentResource(world)],
  ]);
  return {
    name: "waybill",
    version,
    schema: JSON.stringify(schema(version)),
    configure: () => Promise.resolve(),
    resource: (type) => {
      const resource = resources.get(type);
      if (resource) return resource;
      throw new ProviderError("unsupported", {
        about: `provider waybill ${version}`,
        expected: [...resources.keys()].join(" or "),
        found: type,
        next: "Correct the type, or install a version of @waybill/provider that knows it.",
      });
    },
  };
}
