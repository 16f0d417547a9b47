export { Exit, type ExitCode, type Io } from "./command";
export { COMMANDS } from "./commands";
export { printSandboxEnv } from "./commands/env";
export { main } from "./main";
