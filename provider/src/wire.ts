import { ListValue, NullValue, Struct, Value as WireValue } from "google-protobuf/google/protobuf/struct_pb";
import { ProviderError } from "./errors";
import { Secret, Unknown, isList, isValues, type Value, type Values } from "./value";

// The engine writes what JSON has no word for as marked objects and marked strings
// (pulumi/pulumi: sdk/go/common/resource/sig/sig.go and plugin/rpc.go).
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const unknownString = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const unknowns: ReadonlySet<string> = new Set([
  unknownString,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

export function decodeValues(struct: Struct | undefined): Values {
  if (struct === undefined) return {};
  const entries: [string, Value][] = [];
  struct.getFieldsMap().forEach((value, key) => entries.push([key, decode(value)]));
  return Object.fromEntries(entries);
}

function decode(wire: WireValue): Value {
  switch (wire.getKindCase()) {
    case WireValue.KindCase.BOOL_VALUE:
      return wire.getBoolValue();
    case WireValue.KindCase.NUMBER_VALUE:
      return wire.getNumberValue();
    case WireValue.KindCase.STRING_VALUE: {
      const text = wire.getStringValue();
      return unknowns.has(text) ? Unknown.value : text;
    }
    case WireValue.KindCase.LIST_VALUE:
      return (wire.getListValue()?.getValuesList() ?? []).map(decode);
    case WireValue.KindCase.STRUCT_VALUE:
      return decodeMarked(decodeValues(wire.getStructValue()));
    default:
      return null;
  }
}

function decodeMarked(values: Values): Value {
  if (!Object.hasOwn(values, signatureKey)) return values;
  if (values[signatureKey] === secretSignature) return new Secret(values["value"] ?? null);
  throw new ProviderError("unsupported", {
    about: "an input",
    expected: "text, numbers, lists, objects, secrets",
    found: "an asset, an archive or another marked value",
    next: "Give its content as text.",
  });
}

export function encodeValues(values: Values): Struct {
  const struct = new Struct();
  for (const [key, value] of Object.entries(values)) struct.getFieldsMap().set(key, encode(value));
  return struct;
}

function encode(value: Value): WireValue {
  const wire = new WireValue();
  if (value === null) return (wire.setNullValue(NullValue.NULL_VALUE), wire);
  if (value instanceof Unknown) return (wire.setStringValue(unknownString), wire);
  if (value instanceof Secret) {
    wire.setStructValue(encodeValues({ [signatureKey]: secretSignature, value: value.value }));
  } else if (isList(value)) {
    const list = new ListValue();
    list.setValuesList(value.map(encode));
    wire.setListValue(list);
  } else if (isValues(value)) {
    wire.setStructValue(encodeValues(value));
  } else if (typeof value === "string") {
    wire.setStringValue(value);
  } else if (typeof value === "number") {
    wire.setNumberValue(value);
  } else {
    wire.setBoolValue(value);
  }
  return wire;
}
