import { ProviderError, defineResource, type Provider, type ResourceFunctions } from "@waybill/provider";
import { serve } from "./served";

export const urn = "urn:pulumi:dev::shop::my:app:Service$toy:index:Box::crate";

const nowhere: ResourceFunctions = {
  create: () => Promise.reject(new Error("create was not expected")),
  read: () => Promise.reject(new Error("read was not expected")),
  update: () => Promise.reject(new Error("update was not expected")),
  delete: () => Promise.reject(new Error("delete was not expected")),
};

/** A provider of boxes; functions that a test does not give must not be reached. */
function toy(functions: Partial<ResourceFunctions>, more: Partial<Provider>): Provider {
  const box = defineResource(
    {
      inputs: {
        label: { type: "string", required: true },
        size: { type: "number", replace: true },
        key: { type: "string", secret: true },
        tags: { type: "list" },
        parts: { type: "object" },
      },
      computed: ["address"],
      deleteBeforeReplace: true,
    },
    { ...nowhere, ...functions },
  );
  return {
    name: "toy",
    version: "1.2.3",
    configure: () => Promise.resolve(),
    resource: (type) => {
      if (type === "toy:index:Box") return box;
      throw new ProviderError("unsupported", {
        about: "provider toy",
        expected: "toy:index:Box",
        found: type,
        next: "Use that.",
      });
    },
    ...more,
  };
}

const stops: (() => void)[] = [];
export function stopLater(stop: () => void): void {
  stops.push(stop);
}
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

export async function served(
  functions: Partial<ResourceFunctions> = {},
  more: Partial<Provider> = {},
  of = urn,
) {
  const running = await serve(toy(functions, more), of);
  stopLater(running.stop);
  return running;
}
