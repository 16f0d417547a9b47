import { messagesOf, run, type TestResource, unknown } from "./engine";

type Props = Readonly<Record<string, unknown>>;
const repository = (change: Props = {}): TestResource => ({
  type: "aws:ecr/repository:Repository",
  name: "hello",
  props: {
    imageTagMutability: "IMMUTABLE",
    imageScanningConfiguration: { scanOnPush: true },
    encryptionConfigurations: [{ encryptionType: "AES256" }],
    ...change,
  },
});
const native = (change: Props = {}): TestResource => ({
  type: "aws-native:ecr:Repository",
  props: {
    imageTagMutability: "IMMUTABLE",
    imageScanningConfiguration: { scanOnPush: true },
    encryptionConfiguration: { encryptionType: "KMS" },
    ...change,
  },
});
const allow = (Principal: unknown, more: Props = {}) => ({
  Statement: [{ Effect: "Allow", Principal, Action: "ecr:*", ...more }],
});
const policy = (content: unknown): TestResource => ({
  type: "aws:ecr/repositoryPolicy:RepositoryPolicy",
  props: { policy: content },
});
const NAMED = { AWS: ["123456789012", "arn:aws:iam::123456789012:role/deploy"] };

test("repositories that keep all of it pass", async () => {
  const documents = [
    JSON.stringify(allow(NAMED)),
    allow(NAMED),
    allow({ Service: "lambda.amazonaws.com" }),
    allow("*", { Effect: "Deny" }),
  ];
  expect(await run([repository(), native(), ...documents.map(policy)])).toEqual([]);
});

test.each<[rule: string, what: string, resource: TestResource]>([
  ["ecr-immutable-tags", "movable tags", repository({ imageTagMutability: "MUTABLE" })],
  ["ecr-immutable-tags", "tags that nobody speaks of", repository({ imageTagMutability: undefined })],
  ["ecr-immutable-tags", "tags with exclusions", native({ imageTagMutability: "IMMUTABLE_WITH_EXCLUSION" })],
  ["ecr-scan-on-push", "no scan", repository({ imageScanningConfiguration: { scanOnPush: false } })],
  ["ecr-scan-on-push", "no word of a scan", native({ imageScanningConfiguration: undefined })],
  ["ecr-encryption", "no word of encryption", repository({ encryptionConfigurations: undefined })],
  ["ecr-encryption", "no word of it, natively", native({ encryptionConfiguration: undefined })],
  ["ecr-no-public-access", "a public repository", { type: "aws:ecrpublic/repository:Repository" }],
  ["ecr-no-public-access", "everybody", policy(allow("*"))],
  ["ecr-no-public-access", "everybody, as a text", policy(JSON.stringify(allow("*")))],
  ["ecr-no-public-access", "every account", policy(allow({ AWS: ["123456789012", "*"] }))],
  ["ecr-no-public-access", "a role of every account", policy(allow({ AWS: "arn:aws:iam::*:role/deploy" }))],
  [
    "ecr-no-public-access",
    "everybody under a condition",
    policy(allow("*", { Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } })),
  ],
  [
    "ecr-no-public-access",
    "everybody but some",
    policy({ Statement: { Effect: "Allow", NotPrincipal: NAMED } }),
  ],
  ["ecr-no-public-access", "what is no policy", policy("{")],
  ["ecr-no-public-access", "everybody, natively", native({ repositoryPolicyText: allow({ AWS: "*" }) })],
])("%s refuses %s, in dev too", async (rule, _what, resource) => {
  for (const environment of ["dev", "staging"])
    expect(await messagesOf(rule, [resource], { environment })).toHaveLength(1);
});

test.each<[string, TestResource]>([
  ["ecr-immutable-tags", repository({ imageTagMutability: unknown })],
  ["ecr-scan-on-push", repository({ imageScanningConfiguration: unknown })],
  ["ecr-encryption", repository({ encryptionConfigurations: [unknown] })],
  ["ecr-no-public-access", policy(unknown)],
  ["ecr-no-public-access", policy(allow({ AWS: unknown }))],
])("%s: what is not known yet warns in preview, and is refused in an update", async (rule, resource) => {
  expect(await messagesOf(rule, [resource], {}, "ADVISORY")).toHaveLength(1);
  expect(await messagesOf(rule, [resource], { preview: false })).toHaveLength(1);
});
