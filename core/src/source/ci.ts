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
