/* eslint-disable @typescript-eslint/no-require-imports -- the Pulumi engine loads programs as CommonJS */
// A Pulumi program as data: makes what resources.json lists, and exports what it asks for.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const kubernetes = require("@pulumi/kubernetes");
const pulumi = require("@pulumi/pulumi");

const {
  resources,
  outputs = {},
  provider = {},
} = JSON.parse(readFileSync(join(__dirname, "resources.json"), "utf8"));
const parent = new kubernetes.Provider("cluster", provider);
const made = {};

/** {"secret": x} is x as a secret, {"from": "web.metadata.name"} is an output of another resource. */
function value(given) {
  if (Array.isArray(given)) return given.map(value);
  if (typeof given !== "object" || given === null) return given;
  if (Object.keys(given).length === 1 && "secret" in given) return pulumi.secret(given.secret);
  if (Object.keys(given).length === 1 && "from" in given) return output(given.from);
  return Object.fromEntries(Object.entries(given).map(([key, inner]) => [key, value(inner)]));
}
const output = (path) => path.split(".").reduce((at, step) => at[step], made);

for (const { kind, name, args, options = {} } of resources) {
  const [group, version, type] = kind.split("/");
  const Resource = kubernetes[group]?.[version]?.[type];
  const { dependsOn = [], ...rest } = options;
  const all = { provider: parent, ...rest, dependsOn: dependsOn.map((other) => made[other]) };
  made[name] = Resource
    ? new Resource(name, value(args), all)
    : new kubernetes.apiextensions.CustomResource(
        name,
        { apiVersion: `${group}/${version}`, kind: type, ...value(args) },
        all,
      );
}
for (const [key, path] of Object.entries(outputs)) exports[key] = output(path);
