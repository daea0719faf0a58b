import { vi } from "vitest";

// Files of unit tests share processes, because a process for each file takes more time than most of the
// tests. Each file still loads the project's modules again and gets real timers and the real environment, so
// that `vi.mock` works and no state passes from one file to the next. Only packages stay loaded.
vi.resetModules();
vi.useRealTimers();
vi.unstubAllEnvs();
vi.unstubAllGlobals();
