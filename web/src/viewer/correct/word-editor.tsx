import type { RefObject } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import type { Corrections } from "./use-corrections.ts";
import "./correct.css";

type WordEditorProps = { text: string; isSaving: boolean; corrections: RefObject<Corrections> };

/** A field in the place of a word. Enter saves, and Escape leaves. */
export function WordEditor({ text, isSaving, corrections }: WordEditorProps) {
  const typed = corrections.current?.typed ?? { current: text };
  const leave = () => corrections.current?.leave();
  const field = useRef<HTMLInputElement>(null);
  const help = useId();
  // Not later, so that the field gets what is typed right after the key that opened it.
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.select();
    field.current?.form?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, []);
  return (
    <form
      class="word-editor"
      onSubmit={(event) => {
        event.preventDefault();
        corrections.current?.save();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        leave();
      }}
    >
      <span class="word-editor-row">
        <input
          ref={field}
          type="text"
          aria-label={`Correct the word ${text}`}
          aria-describedby={help}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          maxLength={400}
          size={Math.max(6, text.length + 2)}
          defaultValue={typed.current}
          readOnly={isSaving}
          onInput={({ currentTarget }) => {
            typed.current = currentTarget.value;
          }}
        />
        <button type="submit" class="button primary" disabled={isSaving}>
          Save
        </button>
        <button type="button" class="button" onClick={leave}>
          Cancel
        </button>
      </span>
      <span id={help} class="word-editor-help">
        Enter saves, Esc leaves. A space makes two words, no text removes the word.
      </span>
    </form>
  );
}
