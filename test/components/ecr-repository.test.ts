import type { EcrRepositoryArgs } from "@waybill/components/ecr";
import * as pulumi from "@pulumi/pulumi";
import { mockPulumi, valueOf } from "./mocks";

const echo = (inputs: Record<string, unknown>) => inputs;
const answers = {
  "waybill:index:EcrRepository": echo,
  "aws:ecr/repository:Repository": (inputs: Record<string, unknown>) => ({
    ...inputs,
    repositoryUrl: `123456789012.dkr.ecr.eu-central-1.amazonaws.com/${String(inputs["name"])}`,
  }),
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": echo,
  "aws:ecr/repositoryPolicy:RepositoryPolicy": echo,
};
const role = "arn:aws:iam::210987654321:role/prod-nodes";

async function create(change: Partial<EcrRepositoryArgs> = {}) {
  const registered = mockPulumi(answers);
  const { EcrRepository } = await import("@waybill/components/ecr");
  const repository = new EcrRepository("hello", { repository: "acme/hello", pullers: [role], ...change });
  const url = await valueOf(repository.url);
  await pulumi.runtime.disconnect();
  const inputs = (type: string) => registered.find((resource) => resource.type.endsWith(`:${type}`))?.inputs;
  const policy = (type: string) => JSON.parse(String(inputs(type)?.["policy"])) as Record<string, object[]>;
  return { url, inputs, policy };
}

test("B6: tags cannot move, pushes are scanned, images are encrypted, and nothing is deleted by force", async () => {
  const { url, inputs } = await create();
  expect(url).toBe("123456789012.dkr.ecr.eu-central-1.amazonaws.com/acme/hello");
  expect(inputs("Repository")).toEqual({
    name: "acme/hello",
    imageTagMutability: "IMMUTABLE",
    imageScanningConfiguration: { scanOnPush: true },
    encryptionConfigurations: [{ encryptionType: "AES256" }],
    forceDelete: false,
  });
});

test("B6: a KMS key of one's own encrypts instead", async () => {
  const { inputs } = await create({ kmsKey: "arn:aws:kms:eu-central-1:123456789012:key/1" });
  expect(inputs("Repository")?.["encryptionConfigurations"]).toEqual([
    { encryptionType: "KMS", kmsKey: "arn:aws:kms:eu-central-1:123456789012:key/1" },
  ]);
});

test("B6: only images of uncommitted files expire; untagged ones are evidence", async () => {
  const { policy } = await create({ keepDirtyDays: 3 });
  expect(policy("LifecyclePolicy")["rules"]).toEqual([
    expect.objectContaining({
      selection: {
        tagStatus: "tagged",
        tagPatternList: ["*-dirty"],
        countType: "sinceImagePushed",
        countUnit: "days",
        countNumber: 3,
      },
    }),
  ]);
});

test("B6: the named roles may pull, and do nothing else", async () => {
  const { policy } = await create({ pullers: [role, "111122223333"] });
  expect(policy("RepositoryPolicy")["Statement"]).toEqual([
    expect.objectContaining({
      Principal: { AWS: [role, "111122223333"] },
      Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    }),
  ]);
});

test.each(["*", "arn:aws:iam::*:root", "arn:aws:iam::210987654321:role/*", ""])(
  "B6: the puller %j is refused",
  async (puller) => {
    await expect(create({ pullers: [puller] })).rejects.toMatchObject({ code: "wide-puller" });
  },
);
