export { differenceOf, type Approver, type Difference, type Looked } from "./difference";
export type { Scan, ScanChanges, ScanFinding } from "./findings";
export type { Package, PackageChanges } from "./packages";
export type { SettingChange, SettingsChanges } from "./settings";
export { diffMarkdown, diffText } from "./show";
export { compareSettings } from "./settings";
export { lookAtDifference } from "./look";
