import { lazy, Suspense } from "preact/compat";
import { useCallback } from "preact/hooks";
import type { Stack } from "../api/types.ts";
import { useServices } from "../context.ts";
import { usePolling } from "../orders/use-polling.ts";
import { NothingHere } from "../ui/nothing-here.tsx";
import { Waiting } from "../ui/waiting.tsx";
import { clockText } from "./clock-text.ts";
import { FailuresList } from "./failures-list.tsx";
import { Figures } from "./figures.tsx";
import { MinuteTable } from "./minute-table.tsx";
import { PartsList } from "./parts-list.tsx";
import { WorkerCards } from "./worker-cards.tsx";
import "./stack.css";

/** The plots and their library load after the rest. */
const MinutePlots = lazy(() => import("./minute-plots.tsx").then(({ MinutePlots }) => MinutePlots));
const pauseMs = 2000;

/** The running stack, for operators. */
export function StackPage() {
  const { client } = useServices();
  const read = useCallback((signal: AbortSignal) => client.json<Stack>("/stack", { signal }), [client]);
  const { value: stack, error } = usePolling(read, () => pauseMs);
  if (!stack) {
    return error ? <NothingHere why={error.message} /> : <Waiting />;
  }
  return (
    <div class="stack">
      <h1>Stack</h1>
      {error && (
        <p class="notice" role="status">
          {error.message} This is the state of {clockText(Date.parse(stack.at), { seconds: true })}.
        </p>
      )}
      <Figures stack={stack} />
      <MinuteTable minutes={stack.minutes} />
      <Suspense fallback={<div class="stack-plots" />}>
        <MinutePlots minutes={stack.minutes} />
      </Suspense>
      <section aria-labelledby="stack-workers">
        <h2 id="stack-workers">Workers</h2>
        <WorkerCards workers={stack.workers} now={Date.parse(stack.at)} />
      </section>
      <div class="stack-lists">
        <PartsList parts={stack.parts} />
        <FailuresList failures={stack.failures} />
      </div>
    </div>
  );
}
