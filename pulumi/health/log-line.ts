/** The levels of the services, and of Redis and the router translated to them, from the least important. */
export const levels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
export type Level = (typeof levels)[number];

/** A line of a container's log. `at`: Unix time in ms, as the engine received it. */
export type LogLine = {
  at: number;
  /** redis, auth-api, order-api, ocr-worker-1, router. */
  source: string;
  level: Level;
  text: string;
  /** What the line tells besides its text. */
  details: Readonly<Record<string, unknown>>;
  orderIds: readonly string[];
  requestId: string | undefined;
  traceId?: string | undefined;
  /** It is a request that only read something, and was answered. Whoever waits for an order sends many. */
  isRead: boolean;
};

/** Fields that every line has, and those that `text` tells. */
const common = new Set([
  "level",
  "time",
  "service",
  "worker",
  "msg",
  "order_id",
  "request_id",
  "trace_id",
  "span_id",
  "ts",
  "logger",
]);
const redisLevels: Readonly<Record<string, Level>> = { ".": "trace", "-": "debug", "*": "info", "#": "warn" };
const orderPath = /\/orders\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/;

/** Reads a line of `docker logs --timestamps`. A line without a time is a message of Docker itself. */
export function parseLine(source: string, raw: string): LogLine {
  const [time = ""] = raw.split(" ", 1);
  const at = Date.parse(time);
  if (Number.isNaN(at)) return { at: Date.now(), source, ...parseText(raw), level: "warn" };
  const said = raw.slice(time.length + 1);
  return { at, source, ...(parseJson(said) ?? parseText(said)) };
}

type Said = Omit<LogLine, "at" | "source">;

function parseJson(said: string): Said | undefined {
  if (!said.startsWith("{")) return undefined;
  let fields: unknown;
  try {
    fields = JSON.parse(said);
  } catch {
    // A line that only looks like JSON is text.
    return undefined;
  }
  if (!isRecord(fields)) return undefined;
  return isRecord(fields.request) ? ofRouter(fields, fields.request) : ofService(fields);
}

function ofService(fields: Readonly<Record<string, unknown>>): Said {
  const { msg, method, path, status, ms, order_id, request_id, trace_id } = fields;
  const isRequest = msg === "request";
  const hidden = isRequest ? ["method", "path", "status", "ms"] : [];
  const details = Object.entries(fields).filter(([name]) => !common.has(name) && !hidden.includes(name));
  return {
    level: levelOf(fields.level),
    text: isRequest ? `${method} ${path} → ${status} in ${ms} ms` : String(msg ?? ""),
    details: Object.fromEntries(details.map(([name, value]) => [name, plain(value)])),
    orderIds: typeof order_id === "string" ? [order_id] : idsIn(String(path ?? "")),
    requestId: typeof request_id === "string" ? request_id : undefined,
    ...(typeof trace_id === "string" && { traceId: trace_id }),
    isRead: isRequest && isRead(method, status),
  };
}

/** The router's access log. Its own health check is of no interest unless somebody debugs. */
function ofRouter(
  { level, status, duration, resp_headers }: Readonly<Record<string, unknown>>,
  { method, uri, remote_ip }: Readonly<Record<string, unknown>>,
): Said {
  const headers = isRecord(resp_headers) ? resp_headers : {};
  const [requestId, place] = [headers["X-Request-Id"], headers.Location].map((values) =>
    Array.isArray(values) ? String(values[0]) : undefined,
  );
  const ms = (Number(duration) * 1000).toFixed(0);
  return {
    level: uri === "/health" && remote_ip === "127.0.0.1" ? "debug" : levelOf(level),
    text: `${method} ${uri} → ${status} in ${ms} ms`,
    details: {},
    orderIds: [...idsIn(String(uri)), ...idsIn(place ?? "")],
    requestId,
    isRead: isRead(method, status),
  };
}

function isRead(method: unknown, status: unknown): boolean {
  return (method === "GET" || method === "HEAD") && Number(status) < 400;
}

/** Redis writes `<process>:<role> <day> <month> <year> <time> <level> <text>`. */
function parseText(said: string): Said {
  const [, mark = "*", text = said] = /^\d+:[XCSM] \d+ \w+ \d+ [\d:.]+ ([.*#-]) (.*)$/.exec(said) ?? [];
  return {
    level: redisLevels[mark] ?? "info",
    text,
    details: {},
    orderIds: [],
    requestId: undefined,
    isRead: false,
  };
}

/** Of an error only its message: the stack is in `docker logs`. */
function plain(value: unknown): unknown {
  return isRecord(value) && typeof value.message === "string" ? value.message : value;
}

function levelOf(level: unknown): Level {
  return levels.find((each) => each === level) ?? "info";
}

function idsIn(path: string): string[] {
  const id = orderPath.exec(path)?.[1];
  return id === undefined ? [] : [id];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
