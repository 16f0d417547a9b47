import { resolve } from "node:path";
import { loadPromotion } from "@waybill/core/promotion";
import { WaybillError } from "@waybill/core/problem";

/** What the rules need to know about where they run. Whatever cannot be found out makes them stricter. */
export interface Setting {
  /** Only the first environment of promotion.yaml builds images, and only there tags may float. */
  readonly builds: boolean;
  /** Ends a message: which environment this is, or why that is not known. */
  readonly why: string;
}

export interface SettingInput {
  /** The stack's `waybill:environment`. */
  readonly environment: string | undefined;
  /** Where promotion.yaml is, in order of precedence; a relative path is taken from the pack's folder. */
  readonly promotion: readonly (string | undefined)[];
}

/** The folder of the pack, from its sources as from its bundle. */
const PACK = resolve(__dirname, "..");

/** Never looks into the working directory: whoever runs the program must not choose the rules. */
export function findSetting({ environment, promotion }: SettingInput): Setting {
  const file = resolve(
    PACK,
    promotion.find((path) => path !== undefined && path !== "") ?? "../promotion.yaml",
  );
  if (environment === undefined || environment === "") {
    return strict(
      "waybill:environment is not set in this stack. Run: pulumi config set waybill:environment NAME",
    );
  }
  try {
    const { environments } = loadPromotion(file);
    const known = environments.find(({ name }) => name === environment);
    if (!known) return strict(`${file} knows no environment ${JSON.stringify(environment)}.`);
    return { builds: known.builds, why: `This is the environment ${environment} of ${file}.` };
  } catch (error) {
    if (!(error instanceof WaybillError)) throw error;
    return strict(error.message);
  }
}

function strict(reason: string): Setting {
  return { builds: false, why: `The strictest rules hold: ${reason}` };
}
