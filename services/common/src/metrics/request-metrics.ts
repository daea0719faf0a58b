import type { Context } from "hono";
import { routePath } from "hono/route";
import type { Metrics } from "./metrics.ts";

/** Methods that a client invents must not become labels. */
const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Tells how long a request took, in ms, once its answer has begun. */
export type RequestObserver = (c: Context, ms: number) => void;

/**
 * Rate, errors and duration for each route. The label `route` is the route's template, as in the OpenAPI
 * document, or `none` for a path that no route has.
 */
export function requestMetrics(metrics: Metrics): RequestObserver {
  const durations = metrics.histogram({
    name: "http_request_duration_seconds",
    help: "Time from a request to the beginning of its answer",
    labels: ["method", "route", "code"],
    buckets: [0.005, 0.025, 0.1, 0.5, 2.5, 10],
  });
  return (c, ms) => {
    const method = methods.has(c.req.method) ? c.req.method : "other";
    durations.observe({ method, route: templateOf(c), code: c.res.status }, ms / 1000);
  };
}

const templates = new Map<string, string>();

/** The template of the route that answered. Middleware alone, of the path `/*`, answers what no route has. */
function templateOf(c: Context): string {
  const route = routePath(c);
  const known = templates.get(route);
  if (known !== undefined) return known;
  const template = route.endsWith("*") ? "none" : route.replaceAll(parameter, asTemplate);
  templates.set(route, template);
  return template;
}

/** A parameter of a route, with its pattern: `:file{[^/]+\\.png}`. */
const parameter = /:(\w+)(?:\{(.*?)\})?(?=\/|$)/g;

/** `{file}.png`: the end of a file's name tells apart what two routes answer. */
function asTemplate(_: string, name: string, pattern = ""): string {
  return `{${name}}${/\\(\.\w+)$/.exec(pattern)?.[1] ?? ""}`;
}
