import { gatesSchema } from "./gates";
import { list, map, name, names, object, of, repository, text, texts } from "./parts";

const provenance = of(
  object(["builders", "repositories", "branches"], {
    builders: of(texts, "Who built them."),
    repositories: of(texts, "From where."),
    branches: of(texts, "Whole refs, as in refs/heads/main."),
  }),
  "What the provenance of its images must say, on each point.",
);

const service = object(["path"], {
  path: of(text, "Folder with the service's service.yaml, from promotion.yaml."),
  stack: of(
    {
      type: "string",
      pattern: "^[A-Za-z0-9_.-]*\\{environment\\}[A-Za-z0-9_.-]*$",
      default: "{service}-{environment}",
    },
    "Name of the service's stacks; a target's name is added with a dash.",
  ),
  tier: of(name, "One of `tiers`, or internal or critical; left out: only the gates of the environments."),
  repository: of(repository, "The one repository that its images may come from (host/path); left out: any."),
  approvers: of(names, "Names of people and groups who approve it; left out: the group `approvers`."),
  provenance,
  platforms: of(
    list({ type: "string", pattern: "^[a-z0-9]+/[a-z0-9]+(/[a-z0-9.]+)?$" }),
    "Exactly these platforms are in its images, as in linux/amd64; left out: any.",
  ),
});

export const servicesSchema: object = {
  ...map(service),
  description: "What is promoted, by name.",
  minProperties: 1,
};

export const tiersSchema: object = {
  ...map(
    object([], {
      extends: of(name, "The tier whose gates it has too, and may change."),
      gates: gatesSchema("What services of the tier need more.", { isPart: true }),
    }),
  ),
  description: "Gates for services of one risk. internal and critical are ready-made.",
};
