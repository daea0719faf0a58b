export const OLDEST_NODE: number;
export const projectFolder: string;
export const node: string;
export function isNodeTooOld(): boolean;
export function dependencies(folder?: string): "missing" | "outdated" | "current";
export function commandEnvironment(): NodeJS.ProcessEnv;
