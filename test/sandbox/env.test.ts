import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { sandboxEnv, shellExports } from "../../sandbox/src/env";
import { placeOf } from "../../sandbox/src/place";
import { withoutSandboxes } from "../../sandbox/src/programs";

const place = placeOf({ port: 5801, stateDir: "/s" });

test("what a shell gets", () => {
  expect(sandboxEnv(place, { PATH: "/usr/bin:/bin" })).toEqual({
    PATH: "/s/sandbox-5801/bin:/usr/bin:/bin",
    PULUMI_HOME: "/s/sandbox-5801/pulumi",
    PULUMI_BACKEND_URL: "file:///s/sandbox-5801/backend",
    PULUMI_CONFIG_PASSPHRASE: "waybill-sandbox",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    KUBECONFIG: "/s/sandbox-5801/kubeconfig",
    DOCKER_CONFIG: "/s/sandbox-5801/docker",
    BUILDX_CONFIG: "/s/sandbox-5801/docker/buildx",
    WAYBILL_SIGNERS: "/s/sandbox-5801/signing",
    WAYBILL_REGISTRY: "127.0.0.1:5801",
    WAYBILL_SANDBOX_PORT: "5801",
  });
});

test("asked for twice, or after another sandbox, PATH holds one sandbox's programs", () => {
  const once = sandboxEnv(place, { PATH: "/s/sandbox-5800/bin:/bin" });
  expect(sandboxEnv(place, once)).toEqual(once);
  expect(once["PATH"]).toBe("/s/sandbox-5801/bin:/bin");
  expect(withoutSandboxes("/s/sandbox-1/bin:/bin:/opt/sandbox/bin")).toBe("/bin:/opt/sandbox/bin");
});

test("a shell reads back every value, whatever is in it", () => {
  const value = fc.string({ unit: "grapheme-ascii" });
  fc.assert(
    fc.property(value, (text) => {
      const script = `${shellExports({ VALUE: text })}printf %s "$VALUE"`;
      expect(execFileSync("sh", ["-c", script], { encoding: "utf8" })).toBe(text);
    }),
    { numRuns: 25, examples: [['it\'s "$HOME" `id`\n\\']] },
  );
});
