export { differenceOf, type Approver, type Difference, type Looked } from "./difference";
export {
  compareScans,
  countBySeverity,
  type Scan,
  type ScanChanges,
  type ScanFinding,
  scanOf,
} from "./findings";
export { comparePackages, isRuntime, type Package, type PackageChanges, packagesOf } from "./packages";
export type { SettingChange, SettingsChanges } from "./settings";
export { diffMarkdown, diffText } from "./show";
export { compareSettings } from "./settings";
export { lookAtDifference } from "./look";
