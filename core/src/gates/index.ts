export type { Facts, PersonOf } from "./types";
