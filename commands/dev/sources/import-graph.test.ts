import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { scratchFolder } from "../../../lib/scratch-folder.ts";
import { projectFolder } from "../../stack/project.ts";
import { ImportGraph } from "./import-graph.ts";

const all = ["auth-api", "order-api", "ocr-worker"];
const own = path.join(projectFolder, "services");

test.each([
  ["common/src/http/health.ts", ["auth-api", "order-api", "ocr-worker"]],
  ["auth-api/src/app.ts", ["auth-api"]],
  // A script that Redis runs, chosen by a value in its path.
  ["common/src/orders/steps/worker/claim.lua", ["order-api", "ocr-worker"]],
  // Imported only by the process that reads pages.
  ["ocr-worker/src/recognition/light/light.ts", ["ocr-worker"]],
  // The program of a thread.
  ["order-api/src/search/search-thread.ts", ["order-api"]],
  ["order-api/src/docs/page/page.css", ["order-api"]],
  // `npm run users` starts it for each command.
  ["auth-api/src/manage/main.ts", []],
])("%s is used by %j", (file, users) => {
  const graph = new ImportGraph(own);
  expect(all.filter((service) => graph.usedBy(service, path.join(own, file)))).toEqual(users);
});

test("an import counts as soon as it is written, and a type alone does not", () => {
  const folder = scratchFolder();
  const file = (name: string) => path.join(folder, "one/src", name);
  mkdirSync(path.join(folder, "one/src"), { recursive: true });
  const write = (name: string, text: string) => writeFileSync(file(name), text);
  write("main.ts", 'import type { A } from "./types.ts";\nimport {\n  b,\n} from "./b.ts";\n');
  const graph = new ImportGraph(folder);
  const used = () => ["types.ts", "b.ts", "c.ts"].filter((name) => graph.usedBy("one", file(name)));
  // A file that is not there yet counts: the service starts when it is written.
  expect(used()).toEqual(["b.ts"]);
  write("b.ts", 'export { c } from "./c.ts";');
  graph.forget(file("b.ts"));
  expect(used()).toEqual(["b.ts", "c.ts"]);
  write("b.ts", "export const = ;");
  rmSync(file("b.ts"));
  graph.forget(file("b.ts"));
  expect(used()).toEqual(["b.ts"]);
});
