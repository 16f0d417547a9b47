#!/usr/bin/env node
"use strict";
// Plain JavaScript that also an old Node can read: it finds the Node that Waybill needs and runs the command on it.
/* eslint-disable @typescript-eslint/no-require-imports */
const { spawnSync } = require("node:child_process");
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const { findNode, isFit, needed } = require("./runtime");

const main = join(__dirname, "..", "dist", "main.js");

function run() {
  const version = process.versions.node;
  if (!isFit(version)) return runOn(findNode(process.env), version);
  if (!existsSync(main)) return refuse(`${main} is missing: run npm start, or npm run build, in the clone.`);
  const waybill = require(main);
  process.stdout.on("error", () => process.exit(3));
  const io = {
    stdin: process.stdin,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  };
  waybill.main(process.argv.slice(2), io).then((code) => (process.exitCode = code));
}

function runOn(node, version) {
  if (node === undefined) {
    return refuse(
      `expected Node ${needed} or newer, found ${version}. ` +
        "npm start in a clone of Waybill fetches one; or install it from your package manager.",
    );
  }
  const { status, error } = spawnSync(node, [__filename].concat(process.argv.slice(2)), { stdio: "inherit" });
  if (error) return refuse(`${node} does not start: ${error.message}`);
  process.exitCode = status === null ? 3 : status;
}

function refuse(text) {
  console.error(`waybill: ${text}`);
  process.exitCode = 2;
}

run();
