export const STATES = ["problem", "warning", "skipped", "ok"] as const;

/** What one check found. */
export type Finding = {
  /** What was checked: `engine`, `port 80`. */
  readonly check: string;
  /** problem: `npm start` fails; warning: it works, but something is wrong; skipped: cannot be checked. */
  readonly state: (typeof STATES)[number];
  /** Sentences. */
  readonly text: string;
  /** A command to copy, or what to do where there is no command. */
  readonly fix?: string;
};

export const ok = (check: string, text: string): Finding => ({ check, state: "ok", text });
export const skipped = (check: string, text: string): Finding => ({ check, state: "skipped", text });
export const warning = (check: string, text: string, fix: string): Finding => ({
  check,
  state: "warning",
  text,
  fix,
});
export const problem = (check: string, text: string, fix: string): Finding => ({
  check,
  state: "problem",
  text,
  fix,
});

/** The command that changes a setting. */
export function setSetting(name: string, value: string | number, stack: string): string {
  return `npm run pulumi -- config set ${name} ${value} --stack ${stack}`;
}

/** Hides passwords in addresses. */
export function withoutPasswords(text: string): string {
  return text.replace(/(\/\/[^/\s:@]*):[^/\s]*@/g, "$1:***@");
}

export function mebibytes(bytes: number): number {
  return bytes / 1024 / 1024;
}

export function size(mebibytes: number): string {
  return mebibytes < 1024 ? `${Math.floor(mebibytes)} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`;
}
