import type { ViewerAction } from "./keys.ts";

const buttons: readonly { action: ViewerAction; sign: string; label: string }[] = [
  { action: "zoom-in", sign: "+", label: "Enlarge (+)" },
  { action: "zoom-out", sign: "−", label: "Reduce (-)" },
  { action: "fit-width", sign: "↔", label: "Page width (w)" },
  { action: "fit", sign: "⤢", label: "Whole page (0)" },
  { action: "keys", sign: "?", label: "Keys (?)" },
];

export function ZoomButtons({ onAction }: { onAction(action: ViewerAction): void }) {
  return (
    <fieldset class="viewer-zoom" aria-label="Zoom">
      {buttons.map(({ action, sign, label }) => (
        <button key={action} type="button" aria-label={label} title={label} onClick={() => onAction(action)}>
          <span aria-hidden="true">{sign}</span>
        </button>
      ))}
    </fieldset>
  );
}
