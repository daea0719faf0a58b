import { useState } from "preact/hooks";
import { errorText } from "../../api/api-error.ts";
import { useServices } from "../../context.ts";
import { numberText } from "../../ui/number-texts.ts";
import { actOnAll, actOnMatching, type OrderAction } from "../order-actions.ts";
import type { Selection } from "./selection.ts";

type BulkBarProps = { selection: Selection; onClear(): void; onChange(): void };
type Progress = { action: OrderAction; done: number; all: number };

const doneText = { cancel: "Cancelled", retry: "Started again" } as const;

/** What can be done with all selected orders. */
export function BulkBar({ selection, onClear, onChange }: BulkBarProps) {
  const { client } = useServices();
  const [progress, setProgress] = useState<Progress>();
  const [problem, setProblem] = useState<string>();
  const act = async (action: OrderAction) => {
    setProblem(undefined);
    setProgress({ action, done: 0, all: selection[action] });
    const onDone = (count: number) => setProgress((last) => last && { ...last, done: last.done + count });
    try {
      if (selection.kind === "all") {
        await actOnMatching(client, selection.filter, selection.except, action, onDone);
      } else await actOnAll(client, selection.ids[action], action, () => onDone(1));
      onClear();
    } catch (error) {
      setProblem(errorText(error));
    }
    setProgress(undefined);
    onChange();
  };
  const button = (action: OrderAction, text: string) =>
    selection[action] > 0 && (
      <button type="button" class="button" disabled={progress !== undefined} onClick={() => void act(action)}>
        {text} {numberText(selection[action])}
      </button>
    );
  return (
    <section class="bulk-bar" aria-label="Selected orders">
      <span role="status">
        {progress
          ? `${doneText[progress.action]}: ${numberText(progress.done)} of ${numberText(progress.all)}`
          : `${numberText(selection.count)} selected`}
      </span>
      {button("cancel", "Cancel")}
      {button("retry", "Retry")}
      <button type="button" class="button quiet" disabled={progress !== undefined} onClick={onClear}>
        Clear selection
      </button>
      {problem !== undefined && (
        <p class="form-error" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}
