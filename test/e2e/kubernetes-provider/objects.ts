import type { Declared, Program } from "./stack";

/** Objects of one test, in a namespace of its own. */
export function objectsIn(space: string, image: string) {
  const labels = { app: "web" };
  const server = "require('http').createServer((_, r) => r.end('hi')).listen(8080)";
  const namespace: Declared = {
    kind: "core/v1/Namespace",
    name: "space",
    args: { metadata: { name: space } },
  };
  const inSpace = { from: "space.metadata.name" };
  return {
    namespace,
    inSpace,
    labels,
    configMap: (metadata: object, data: object): Declared => ({
      kind: "core/v1/ConfigMap",
      name: "settings",
      args: { metadata: { namespace: inSpace, ...metadata }, data },
    }),
    secret: (password: string): Declared => ({
      kind: "core/v1/Secret",
      name: "login",
      args: {
        metadata: { namespace: inSpace, name: "login" },
        stringData: { password: { secret: password } },
      },
    }),
    service: {
      kind: "core/v1/Service",
      name: "service",
      args: {
        metadata: { namespace: inSpace, name: "web" },
        spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
      },
    } as Declared,
    deployment: ({
      mode = "a",
      image: other = image,
      args = ["-e", server],
      delay = 0,
      options = {},
      spec = {},
    } = {}) =>
      ({
        kind: "apps/v1/Deployment",
        name: "web",
        args: {
          metadata: { namespace: inSpace, name: "web" },
          spec: {
            replicas: 1,
            progressDeadlineSeconds: 12,
            selector: { matchLabels: labels },
            template: {
              metadata: { labels },
              spec: {
                // Nothing in these tests needs a clean end.
                terminationGracePeriodSeconds: 0,
                containers: [
                  {
                    name: "web",
                    image: other,
                    args,
                    env: [
                      { name: "MODE", value: mode },
                      { name: "EMPTY", value: "" },
                    ],
                    // Written so that Kubernetes rewrites it: 100m and 1Gi.
                    resources: { requests: { cpu: "0.1" }, limits: { memory: "1024Mi" } },
                    readinessProbe: {
                      httpGet: { path: "/", port: 8080 },
                      periodSeconds: 1,
                      initialDelaySeconds: delay,
                    },
                  },
                ],
              },
            },
            ...spec,
          },
        },
        options: { customTimeouts: { create: "60s", update: "60s" }, ...options },
      }) as Declared,
  };
}

export function program(...resources: readonly Declared[]): Program {
  return { resources };
}
