// What Waybill is there to stop: a workload outside of dev that a tag names. The tag can be moved after it was tested.
const kubernetes = require("@pulumi/kubernetes");

const labels = { app: "by-hand" };

new kubernetes.apps.v1.Deployment("by-hand", {
  metadata: { name: "by-hand", namespace: "hello-staging" },
  spec: {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: "hello", image: "127.0.0.1:5800/hello:latest" }] },
    },
  },
});
