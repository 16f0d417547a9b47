"use strict";
/* eslint-disable @typescript-eslint/no-require-imports -- read by an old Node, see waybill.js */
const { readdirSync, existsSync } = require("node:fs");
const { homedir } = require("node:os");
const { join } = require("node:path");

/** The lowest Node that package.json allows. */
const needed = require("../package.json").engines.node.replace(/[^0-9.]/g, "");

function isFit(version) {
  return compare(version, needed) >= 0;
}

/** The newest fitting Node in Waybill's cache, where the set-up put it. */
function findNode(env) {
  const folder = join(cacheFolder(env), "node");
  const versions = existsSync(folder)
    ? readdirSync(folder).filter((name) => /^[0-9]+(\.[0-9]+){2}$/.test(name) && isFit(name))
    : [];
  return versions
    .sort((a, b) => compare(b, a))
    .map((version) => join(folder, version, "bin", "node"))
    .find((node) => existsSync(node));
}

function cacheFolder(env) {
  return env.WAYBILL_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "waybill");
}

function compare(a, b) {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number));
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}

module.exports = { findNode, isFit, needed };
