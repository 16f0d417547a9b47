/* eslint-disable @typescript-eslint/no-require-imports -- runs on the machine's own Node, before anything is installed or compiled */
const fs = require("node:fs");
const { join } = require("node:path");
const { setTimeout: pause } = require("node:timers/promises");
const { identify, isAlive } = require("./process.js");

/**
 * Runs `work` while no other process runs work under the same folder.
 *
 * The folder holds numbered files and the highest one is the lock. It is taken over by creating the next number, never by
 * deleting: of two that find the same dead owner only one can create it, so neither can remove the other's fresh lock.
 * `work` gets a function that names a child as further owner: a child that outlives a killed parent keeps the lock.
 */
async function withLock(folder, work, onWait = () => {}) {
  fs.mkdirSync(folder, { recursive: true });
  let told = false;
  let attempt = take(folder);
  while (attempt.file === undefined) {
    if (attempt.owner !== undefined && !told) onWait(Number(attempt.owner.split(" ")[0]));
    told = told || attempt.owner !== undefined;
    await pause(100);
    attempt = take(folder);
  }
  const { file } = attempt;
  try {
    return await work((pid) => fs.appendFileSync(file, `${identify(pid)}\n`));
  } finally {
    fs.writeFileSync(file, "");
  }
}

function take(folder) {
  const newest = highest(folder);
  const owner = newest === 0 ? undefined : ownersOf(join(folder, String(newest))).find(isAlive);
  if (owner !== undefined) return { owner };
  const file = join(folder, String(newest + 1));
  if (!createWhole(file, `${identify(process.pid)}\n`)) return {};
  if (highest(folder) !== newest + 1) {
    fs.rmSync(file, { force: true });
    return {};
  }
  for (const old of numbers(folder)) if (old <= newest) fs.rmSync(join(folder, String(old)), { force: true });
  return { file };
}

/** Appears with its content or not at all; false when it was there already. */
function createWhole(file, content) {
  const draft = `${file}.${process.pid}.${process.hrtime.bigint()}`;
  fs.writeFileSync(draft, content);
  try {
    fs.linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

function ownersOf(file) {
  try {
    return fs.readFileSync(file, "utf8").split("\n");
  } catch {
    return []; // its successor has tidied it away
  }
}

const numbers = (folder) =>
  fs
    .readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

const highest = (folder) => Math.max(0, ...numbers(folder));

module.exports = { withLock };
