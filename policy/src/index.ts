import type {
  Policies,
  ReportViolation,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { comesFromBuild } from "./built";
import { createAsking } from "./decided";
import { type Deferred, judge, judgeStack, refusesHere, reviewDue } from "./judge";
import { configSchema, type Options } from "./options";
import { pinnedLine, type PinTags, pinTags } from "./pin-tags";
import type { Line } from "./report";
import { lookAt } from "./resource";
import type { Run } from "./rule";
import { RULES } from "./rules";
import { rememberSecrets, type Secrets } from "./secrets";
import { findSetting, type Setting } from "./setting";
import type { Surroundings } from "./surroundings";

export { findSetting, type Setting } from "./setting";
export { RULES } from "./rules";
export type { StackConfig, Surroundings } from "./surroundings";

export interface Pack {
  readonly policies: Policies;
  /** Reads the rules, where nothing else is configured, before the first resource comes. */
  readonly warmUp: () => void;
}

/** What the policies share in one run. */
interface Shared {
  readonly surroundings: Surroundings;
  readonly secrets: Secrets;
  readonly settingFor: (options: Options) => Setting;
  readonly ask: ReturnType<typeof createAsking>;
  readonly pinnedIn: PinTags["doneTo"];
  /** What waits until the whole stack is known, and where that is. */
  readonly waiting: { setting: Setting | undefined; deferred: Deferred[] };
}

/**
 * The engine unpacks every property anew for each policy, so that all rules about resources are one policy of it: `rules`. What it
 * reports carries the names of the rules, and the levels that promotion.yaml gives them.
 */
export function createPack(given: Surroundings): Pack {
  let registry: ReturnType<Surroundings["openRegistry"]> | undefined;
  const surroundings = { ...given, openRegistry: () => (registry ??= given.openRegistry()) };
  const settings = new Map<string, Setting>();
  const settingFor = (options: Options): Setting => {
    const key = JSON.stringify(options);
    const setting = settings.get(key) ?? findSetting(surroundings, options);
    settings.set(key, setting);
    return setting;
  };
  const secrets = rememberSecrets();
  const tags = pinTags(surroundings, settingFor);
  const shared: Shared = {
    surroundings,
    secrets,
    settingFor,
    ask: createAsking(surroundings),
    pinnedIn: tags.doneTo,
    waiting: { setting: undefined, deferred: [] },
  };
  return {
    policies: [secrets.policy, tags.policy, rulesOf(shared), rulesOfTheStack(shared)],
    warmUp: () => void settingFor({}),
  };
}

function rulesOf(shared: Shared): ResourceValidationPolicy {
  const { secrets, settingFor, waiting, pinnedIn } = shared;
  return {
    name: "rules",
    description: "The rules of Waybill about single resources.",
    enforcementLevel: "mandatory",
    configSchema,
    validateResource: async (args, report) => {
      const { urn } = args;
      const options = args.getConfig<Options>();
      const setting = settingFor(options);
      waiting.setting = setting;
      const resource = lookAt(args, setting.known?.promotion.imagePaths ?? []);
      const run = runOf(shared, setting, options, urn);
      const { lines, deferred } = await judge(RULES, resource, run);
      waiting.deferred.push(...deferred);
      for (const line of [...lines, ...pinnedIn(urn).map((one) => pinnedLine(one, resource, run))])
        say(report, line);
      secrets.forget(urn);
    },
  };
}

function runOf({ surroundings, secrets, ask }: Shared, setting: Setting, options: Options, urn: string): Run {
  const now = surroundings.now();
  return {
    setting,
    now,
    preview: surroundings.isPreview(),
    kubernetes: options.kubernetes,
    refuses: (rule) => refusesHere(setting, rule, now),
    ask: (image) => ask(setting, image),
    mayShow: (text) => secrets.mayShow(urn, text),
  };
}

/** In an update it comes when everything is done, so that no rule relies on it alone that keeps anything bad out. */
function rulesOfTheStack({ surroundings, waiting }: Shared): StackValidationPolicy {
  return {
    name: "rules-of-the-stack",
    description: "The rules of Waybill that only the whole stack can answer.",
    enforcementLevel: "mandatory",
    validateStack: ({ resources }, report) => {
      const { setting } = waiting;
      if (!setting) return;
      for (const { line, property } of waiting.deferred.splice(0)) {
        const resource = resources.find(({ urn }) => urn === line.urn);
        if (!comesFromBuild(resource, property)) say(report, line);
      }
      const looked = resources.map((resource) => lookAt(resource, setting.known?.promotion.imagePaths ?? []));
      const now = surroundings.now();
      const due = surroundings.isPreview() ? reviewDue(setting, now) : [];
      for (const line of [...judgeStack(looked, setting, now), ...due]) say(report, line);
    },
  };
}

/** The types of the package know only a text here; its server takes a whole line. */
function say(report: ReportViolation, line: Line): void {
  (report as unknown as (violation: Line) => void)(line);
}
