import { groups } from "./panels.js";
import { legend, plot } from "./plot.js";

const refreshMs = 15_000;
const points = 180;
const scrapeSeconds = 15;
const ranges = { "15 min": 900, "1 h": 3600, "6 h": 21_600, "1 day": 86_400, "7 days": 604_800 };

const element = (id) => document.getElementById(id);

function made(name, className, ...children) {
  const node = document.createElement(name);
  node.className = className;
  node.append(...children);
  return node;
}

/** Asks Prometheus's API. Rejects with its reason. */
async function ask(path, parameters = {}) {
  const answer = await fetch(`../api/v1/${path}?${new URLSearchParams(parameters)}`);
  const { status, data, error } = await answer.json();
  if (status !== "success") throw new Error(error);
  return data;
}

async function seriesOf({ query, label, name }, { from, to, step }) {
  const window = `${Math.max(scrapeSeconds * 4, step * 2)}s`;
  const range = { start: from, end: to, step };
  const { result } = await ask("query_range", { query: query.replaceAll("$w", window), ...range });
  return result
    .map(({ metric, values }) => ({
      name: name ?? metric[label] ?? "other",
      samples: values.map(([time, value]) => [time, Number(value)]).filter(([, value]) => value >= 0),
    }))
    .filter(({ samples }) => samples.length > 0);
}

async function panel({ title, unit, series }, range) {
  const found = (await Promise.all(series.map((one) => seriesOf(one, range)))).flat();
  const rest = found.length === 0 ? made("p", "none", "nothing in this time") : legend(found, unit);
  return made(
    "figure",
    "",
    made("figcaption", "", title),
    plot({ title, unit, series: found, ...range }),
    rest,
  );
}

/** The text with its parts in backticks as code. */
function withCode(text) {
  return text.split("`").map((part, index) => (index % 2 === 1 ? made("code", "", part) : part));
}

function alertItem({ labels, annotations, state, activeAt }) {
  const since = new Date(activeAt).toLocaleTimeString("en", { timeStyle: "short", hourCycle: "h23" });
  return made(
    "li",
    state === "firing" ? labels.severity : "pending",
    made("strong", "", annotations.summary),
    made("span", "", `${state === "firing" ? "since" : "pending since"} ${since}`),
    made("p", "", ...withCode(annotations.next)),
  );
}

async function showAlerts() {
  const { alerts } = await ask("alerts");
  const items = alerts.toSorted((a, b) => a.state.localeCompare(b.state)).map(alertItem);
  element("alerts").replaceChildren(...(items.length > 0 ? items : [made("li", "fine", "No alert")]));
  const firing = alerts.filter(({ state }) => state === "firing").length;
  document.title = `${firing > 0 ? `(${firing}) ` : ""}orbital-witness: metrics`;
}

async function showPanels(seconds) {
  const step = Math.max(scrapeSeconds, Math.round(seconds / points));
  const to = Math.floor(Date.now() / 1000 / step) * step;
  const range = { from: to - seconds, to, step };
  const sections = await Promise.all(
    groups.map(async ({ title, panels }) => {
      const figures = await Promise.all(panels.map((one) => panel(one, range)));
      return made("section", "", made("h2", "", title), made("div", "panels", ...figures));
    }),
  );
  element("groups").replaceChildren(...sections);
}

let chosen = "1 h";

async function show() {
  try {
    await Promise.all([showAlerts(), showPanels(ranges[chosen])]);
    element("state").textContent = `as of ${new Date().toLocaleTimeString("en", { hourCycle: "h23" })}`;
  } catch (error) {
    element("state").textContent = `Prometheus does not answer: ${error.message}`;
  }
}

function rangeButton(name) {
  const button = made("button", "", name);
  button.addEventListener("click", () => {
    chosen = name;
    for (const each of element("ranges").children) each.setAttribute("aria-pressed", each === button);
    show();
  });
  button.setAttribute("aria-pressed", name === chosen);
  return button;
}

element("ranges").append(...Object.keys(ranges).map(rangeButton));
await show();
setInterval(() => document.hidden || show(), refreshMs);
