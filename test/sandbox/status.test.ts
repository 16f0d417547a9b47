import { describeStatus } from "../../sandbox/src/status";

test("a line for each part, memory, and which plugins are in use", () => {
  const text = describeStatus({
    port: 5801,
    folder: "/s/sandbox-5801",
    allRun: false,
    parts: [
      { name: "registry", state: "running", pid: 12, address: "127.0.0.1:5801" },
      { name: "timestamp", state: "not answering", pid: 345, address: "127.0.0.1:6313" },
      { name: "cluster", state: "stopped", pid: undefined, address: "https://198.18.169.2:6443" },
    ],
    memoryBytes: 650 * 1024 * 1024,
    record: {
      version: 1,
      port: 5801,
      owner: "/clone",
      plugins: {
        kubernetes: { version: "4.34.2", source: "stand-in" },
        "docker-build": { version: "0.0.22", source: "official" },
      },
    },
  });
  expect(text.split("\n")).toEqual([
    "Sandbox on port 5801, in /s/sandbox-5801",
    "  registry  running        pid 12       127.0.0.1:5801",
    "  timestamp not answering  pid 345      127.0.0.1:6313",
    "  cluster   stopped                     https://198.18.169.2:6443",
    "  memory    650 MB",
    "  providers kubernetes 4.34.2 (stand-in), docker-build 0.0.22 (official)",
  ]);
});
