export type Environment = Readonly<Record<string, string | undefined>>;

/** How each CI system names its runs; the first that speaks wins. */
const systems: readonly ((env: Environment) => string | undefined)[] = [
  (env) => env["WAYBILL_RUN"],
  (env) =>
    env["GITHUB_RUN_ID"] &&
    `${env["GITHUB_SERVER_URL"] ?? "https://github.com"}/${env["GITHUB_REPOSITORY"] ?? ""}/actions/runs/${env["GITHUB_RUN_ID"]}`,
  (env) => env["CI_PIPELINE_URL"],
  (env) => env["BUILDKITE_BUILD_URL"],
  (env) => env["CIRCLE_BUILD_URL"],
  (env) => env["BUILD_URL"],
];

/** The run that a person can open to see how an image was built; "local" outside of CI. */
export function ciRun(env: Environment): string {
  for (const run of systems) {
    const found = run(env);
    if (found !== undefined && found !== "") return found;
  }
  return "local";
}

/** What each CI system says it builds. A pull request is named as one, or not at all: its branch may be called main. */
const refs: readonly ((env: Environment) => string | undefined)[] = [
  (env) => env["WAYBILL_REF"],
  (env) => env["GITHUB_REF"],
  (env) => inFull("heads", env["CI_COMMIT_BRANCH"]) ?? inFull("tags", env["CI_COMMIT_TAG"]),
  (env) => (env["BUILDKITE_PULL_REQUEST"] === "false" ? inFull("heads", env["BUILDKITE_BRANCH"]) : undefined),
  (env) => inFull("heads", env["CIRCLE_BRANCH"]),
  (env) => (env["CHANGE_ID"] === undefined ? inFull("heads", env["BRANCH_NAME"]) : undefined),
];

/** The whole ref that CI builds, such as refs/heads/main; its work tree is usually on no branch. */
export function ciRef(env: Environment): string | undefined {
  return refs.map((ref) => ref(env)).find((ref) => ref !== undefined && ref !== "");
}

function inFull(kind: "heads" | "tags", name: string | undefined): string | undefined {
  return name === undefined || name === "" ? undefined : `refs/${kind}/${name}`;
}

/** How each CI system names who started it. */
const requesters = [
  "WAYBILL_REQUESTER",
  "GITHUB_ACTOR",
  "GITLAB_USER_EMAIL",
  "BUILDKITE_BUILD_CREATOR_EMAIL",
  "CIRCLE_USERNAME",
];

/** Who asks for what is being done; undefined where nobody says. */
export function requesterOf(env: Environment): string | undefined {
  return requesters.map((name) => env[name]).find((who) => who !== undefined && who !== "");
}
