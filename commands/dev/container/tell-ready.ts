// Runs before the service, in its process. Only dev mode mounts this file; no image has it.
import { readFileSync } from "node:fs";
import { get } from "node:http";
import { isMainThread } from "node:worker_threads";

const everyMs = 20;

if (isMainThread) {
  // Threads would send the modules that they load to the service, as if they were answers.
  delete process.env.WATCH_REPORT_DEPENDENCIES;
  const save = Number(readFileSync("/dev-mode/restart/save", "utf8"));
  const look = () => {
    const again = () => setTimeout(look, everyMs).unref();
    // A kept connection would delay the end of the service.
    const request = get(
      { host: "127.0.0.1", port: process.env.PORT ?? 8080, path: "/readyz", agent: false },
      (answer) => {
        answer.resume();
        if (answer.statusCode !== 200) return again();
        const ms = Math.round(performance.now());
        console.log(JSON.stringify({ level: "info", time: new Date(), msg: "ready", save, ms }));
      },
    );
    request.on("error", again).on("socket", (socket) => socket.unref());
  };
  look();
}
