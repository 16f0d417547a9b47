/* eslint-disable @typescript-eslint/no-require-imports -- runs on the machine's own Node, before anything is installed or compiled */
const { readFileSync } = require("node:fs");

/** Names a process beyond its life: a number alone is given out again. */
function identify(pid) {
  return `${pid} ${startOf(pid)}`;
}

function isAlive(identity) {
  const [pid, start] = identity.split(" ");
  if (!/^\d+$/.test(pid) || start === undefined) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if (error.code !== "EPERM") return false;
  }
  return startOf(Number(pid)) === start;
}

/** Its start time; "gone" for a dead process nobody has buried yet; "" where the system has no /proc. */
function startOf(pid) {
  const [state, start] = statOf(pid) ?? ["", ""];
  return state === "Z" || state === "X" ? "gone" : start;
}

/** The process that started this one, past the shell that npm puts in between. */
function starter() {
  const parent = process.ppid;
  const stat = statOf(parent);
  return identify(stat !== undefined && /^(ba|da|z)?sh$/.test(stat[2]) ? Number(stat[3]) : parent);
}

function statOf(pid) {
  let text;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  const end = text.lastIndexOf(")"); // a name may hold blanks and brackets
  const fields = text.slice(end + 2).split(" ");
  return [fields[0], fields[19], text.slice(text.indexOf("(") + 1, end), fields[1]];
}

module.exports = { identify, isAlive, starter };
