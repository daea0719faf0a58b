import { useEffect, useRef } from "preact/hooks";
import { viewerKeys } from "./keys.ts";

export function KeysDialog({ onClose }: { onClose(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="viewer-keys" aria-labelledby="viewer-keys-title" onClose={onClose}>
      <h2 id="viewer-keys-title">Keys</h2>
      <dl>
        {viewerKeys.map(({ keys, text }) => (
          <div key={text}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{keyName(key)}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit" class="button">
          Close
        </button>
      </form>
    </dialog>
  );
}

const names = new Map([
  ["ArrowLeft", "←"],
  ["ArrowRight", "→"],
  ["ArrowUp", "↑"],
  ["ArrowDown", "↓"],
  ["Escape", "Esc"],
  ["PageDown", "Page Down"],
  ["PageUp", "Page Up"],
]);

function keyName(key: string): string {
  return names.get(key) ?? key;
}
