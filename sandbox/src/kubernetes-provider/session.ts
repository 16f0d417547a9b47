import type { Client } from "./client";
import type { Clock } from "./clock";
import type { Settings } from "./config";
import type { Discovery } from "./discovery";

/** One configured provider: a cluster and how the user wants it treated. */
export interface Session {
  readonly client: Client;
  readonly discovery: Discovery;
  readonly settings: Settings;
  readonly namespace: string;
  readonly clock: Clock;
  /** What has been said once and need not be said for every resource. */
  readonly said: Set<string>;
}
