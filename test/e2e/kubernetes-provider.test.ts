import { describeKubernetesProvider } from "./kubernetes-provider/suite";
import { standInHome } from "./kubernetes-provider/stack";
import { useSandbox } from "./support/sandbox";

let home: ReturnType<typeof standInHome> | undefined;
afterAll(() => home?.remove());

describe("the stand-in for the Kubernetes provider", () => {
  describeKubernetesProvider(async () => {
    const sandbox = await useSandbox();
    home = standInHome(sandbox);
    const environment = { ...sandbox.environment, PULUMI_HOME: home.PULUMI_HOME };
    return { sandbox: { ...sandbox, environment }, prefix: "standin" };
  });
});
