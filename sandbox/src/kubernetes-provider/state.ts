import { Unknown, isValues, mapValues, secret, type Value, type Values } from "@waybill/provider";
import { apiVersionOf, type Gvk } from "./kind";
import { listAt, objectAt, textAt, withMetadata, without, type KubeObject } from "./object";
import { managerKey } from "./ownership";

const inputsKey = "__inputs";
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** What goes into the state: the live object and, as with the official provider, what made it. */
export function outputsOf(live: KubeObject, inputs: Values, gvk: Gvk, manager: string): Values {
  return {
    ...keepDataSecret(withoutManagedFields(live)),
    [inputsKey]: inputs,
    __initialApiVersion: apiVersionOf(gvk),
    [managerKey]: manager,
  };
}

/** The object in the outputs, and the inputs that it was last given. */
export function readOutputs(outputs: Values, oldInputs: Values): { live: KubeObject; inputs: KubeObject } {
  const inputs = outputs[inputsKey];
  return {
    live: without(outputs, inputsKey, "__initialApiVersion", managerKey),
    inputs: isValues(inputs) ? inputs : oldInputs,
  };
}

/** A Secret's content is secret whatever the program says; kubectl's annotation repeats it. */
export function keepDataSecret(object: KubeObject): Values {
  if (textAt(object, "kind") !== "Secret" || textAt(object, "apiVersion") !== "v1") return object;
  const hidden = mapValues(object, (value, key) =>
    key === "data" || key === "stringData" ? secret(value) : value,
  );
  return withMetadata(hidden, (metadata) =>
    isValues(metadata["annotations"])
      ? {
          ...metadata,
          annotations: mapValues(metadata["annotations"], (value, key) =>
            key === lastApplied ? secret(value) : value,
          ),
        }
      : metadata,
  );
}

function withoutManagedFields(object: KubeObject): KubeObject {
  return withMetadata(object, (metadata) => without(metadata, "managedFields"));
}

/** A dry run answers with an address and an identity that the update will not have, and with the old status. */
export function previewOf(answer: KubeObject, inputs: KubeObject, creating: boolean): Values {
  const object = withMetadata(keepDataSecret(answer), (metadata) => ({
    ...without(metadata, "managedFields", "resourceVersion"),
    ...(creating ? { uid: Unknown.value, creationTimestamp: Unknown.value } : {}),
  }));
  const settled =
    creating && textAt(answer, "kind") === "Service" ? withUnknownAddress(object, inputs) : object;
  return "status" in settled ? { ...settled, status: Unknown.value } : settled;
}

/** Where the API server could not be asked: the inputs, and what every object gets from it. */
export function guessOf(inputs: Values, creating: boolean): Values {
  const made = creating ? ["uid", "creationTimestamp", "generation"] : ["generation"];
  const unknowns = Object.fromEntries(made.map((key) => [key, Unknown.value]));
  const isService = textAt(inputs, "kind") === "Service" && isValues(inputs["spec"]) && creating;
  return {
    ...inputs,
    ...(isValues(inputs["metadata"]) ? { metadata: { ...inputs["metadata"], ...unknowns } } : {}),
    ...(isService
      ? { spec: { clusterIP: Unknown.value, clusterIPs: Unknown.value, ...objectAt(inputs, "spec") } }
      : {}),
    status: Unknown.value,
  };
}

function withUnknownAddress(service: Values, inputs: KubeObject): Values {
  const wanted = objectAt(inputs, "spec");
  const unlessWanted = (value: Value, key: string, given: Values) => (key in given ? value : Unknown.value);
  const address = new Set(["clusterIP", "clusterIPs", "healthCheckNodePort"]);
  const spec = mapValues(objectAt(service, "spec"), (value, key) =>
    address.has(key) ? unlessWanted(value, key, wanted) : value,
  );
  const ports = listAt(service, "spec", "ports").map((port, i) =>
    isValues(port)
      ? mapValues(port, (value, key) =>
          key === "nodePort" ? unlessWanted(value, key, objectAt(wanted, "ports", i)) : value,
        )
      : port,
  );
  return { ...service, spec: { ...spec, ports } };
}
