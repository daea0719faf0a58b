import type { ContainerState } from "./container-state.ts";

export type Cause = {
  /** A sentence. */
  cause: string;
  /** A shell command. */
  next: string;
};

type Sign = Cause & {
  parts: RegExp;
  /** In the log or in the health check's output. */
  text: RegExp;
};

/** docs/troubleshooting.md has the same causes. The first that fits is shown. */
const signs: readonly Sign[] = [
  {
    parts: /^redis$/,
    text: /can't cd to \/data|(?:open|find|touch|create)\b[^\n]*Permission denied/i,
    cause: "Its volume belongs to the user of another image. With the image of before, all orders are there.",
    next: "npm run pulumi -- config set redisImage <the image of before> --stack STACK",
  },
  {
    parts: /^redis/,
    text: /ERR Error in ACL SETUSER|ERR [Uu]nknown (?:sub)?command|wrong number of arguments[^\n]*aclfile/,
    cause: "Redis does not know the rules for the users of the services: the image is older than 7.0.",
    next: "npm run pulumi -- config rm redisImage --stack STACK",
  },
  {
    parts: /^redis$/,
    text: /Bad file format reading the append only file|Unexpected end of file reading the append only file/,
    cause: "Its append-only file is damaged, and Redis does not start with a part of the orders.",
    next: "npm run logs -- redis",
  },
  {
    parts: /./,
    // The shell of Redis' image says only "I/O error".
    text: /No space left on device|ENOSPC|database or disk is full|: I\/O error/i,
    cause: "A disk is full, or cannot be written to.",
    next: "docker system df",
  },
  {
    parts: /^auth-api$/,
    text: /Not ready: accounts|accounts file|file of the (?:users|accounts)|SQLITE_|malformed/i,
    cause: 'The file of its users cannot be used: docs/accounts.md, "If the file is damaged".',
    next: "npm run logs -- auth-api --level warn",
  },
  {
    parts: /./,
    text: /WRONGPASS|NOAUTH/,
    cause: "Redis does not accept its password.",
    next: "npm run logs -- redis-access",
  },
  {
    parts: /^router$/,
    text: /\/var\/tmp[^\n]*permission denied/i,
    cause: "Its volume with certificates belongs to the former owner of `documents`.",
    next: "npm stop -- --keep-data",
  },
  {
    parts: /-api$|^ocr-worker/,
    text: /SyntaxError|ERR_MODULE_NOT_FOUND|ERR_INVALID_TYPESCRIPT_SYNTAX|ERR_UNSUPPORTED_TYPESCRIPT/,
    cause: "Its code cannot be loaded. The log names the file.",
    next: "npm run pulumi -- up --stack STACK",
  },
];

/** Why a container is not well, if its log or its health check tells, and the one next command. */
export function knownCause(
  { source, stack, state, outOfMemory }: ContainerState,
  said: string,
): Cause | undefined {
  const option = stack === "local" ? "" : ` --stack ${stack}`;
  if (state === "paused") return { cause: "Somebody paused it.", next: "docker unpause NAME" };
  if (state === "exited" || state === "created") {
    return { cause: "Somebody stopped it, or it could not be started.", next: "npm start" };
  }
  if (outOfMemory) {
    return { cause: "It needed more memory than its limit.", next: `npm run logs -- ${source}${option}` };
  }
  const sign = signs.find(({ parts, text }) => parts.test(source) && text.test(said));
  if (sign === undefined) return undefined;
  const next = sign.next.replace("STACK", stack);
  return { cause: sign.cause, next: next.startsWith("npm run logs") ? `${next}${option}` : next };
}
