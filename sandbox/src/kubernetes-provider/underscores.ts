import { isList, isValues, type Value, type Values } from "@waybill/provider";

/** In Pulumi's SDK a property has no dash in its name; in an OpenAPI schema (every CRD has one) these have. */
const dashed: Readonly<Record<string, string>> = {
  x_kubernetes_embedded_resource: "x-kubernetes-embedded-resource",
  x_kubernetes_int_or_string: "x-kubernetes-int-or-string",
  x_kubernetes_list_map_keys: "x-kubernetes-list-map-keys",
  x_kubernetes_list_type: "x-kubernetes-list-type",
  x_kubernetes_map_type: "x-kubernetes-map-type",
  x_kubernetes_preserve_unknown_fields: "x-kubernetes-preserve-unknown-fields",
  x_kubernetes_validations: "x-kubernetes-validations",
};
const underscored = Object.fromEntries(Object.entries(dashed).map(([key, name]) => [name, key]));

export function toWire(object: Values): Values {
  return rename(object, dashed) as Values;
}

export function fromWire(object: Values): Values {
  return rename(object, underscored) as Values;
}

function rename(value: Value, names: Readonly<Record<string, string>>): Value {
  if (isList(value)) return value.map((element) => rename(element, names));
  if (!isValues(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      Object.hasOwn(names, key) ? (names[key] ?? key) : key,
      rename(inner, names),
    ]),
  );
}
