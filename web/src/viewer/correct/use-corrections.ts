import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError, errorText } from "../../api/api-error.ts";
import type { WordOperation } from "../../api/types.ts";
import type { PageStore, ReadPage } from "../page-store.ts";
import { joinWithNext, operationOf, wordAtPlace } from "./operations.ts";

/** Why a correction was not saved. `isStale`: the page was corrected meanwhile and must be loaded again. */
export type CorrectionFailure = { text: string; isStale: boolean };

type Options = {
  store: PageStore;
  page: ReadPage | undefined;
  selected: number | undefined;
  onSelect(index: number | undefined): void;
  /** The page of the store is another one. */
  onChanged(): void;
};

/** What the viewer needs to correct words. */
export type Corrections = {
  /** The word that is being corrected. */
  edited: number | undefined;
  /** What was typed for it so far. */
  typed: { current: string };
  isSaving: boolean;
  failure: CorrectionFailure | undefined;
  /** For screen readers: what was just saved. */
  said: string;
  edit(): void;
  join(): void;
  save(): void;
  leave(): void;
  loadAgain(): void;
};

/** Corrects the words of a page. Typed text is kept until it is saved or left. */
export function useCorrections({ store, page, selected, onSelect, onChanged }: Options): Corrections {
  const [edited, setEdited] = useState<number>();
  const [isSaving, setSaving] = useState(false);
  const [failure, setFailure] = useState<CorrectionFailure>();
  const [said, setSaid] = useState("");
  const typed = useRef("");
  /** Where the edited word is while the page is loaded again. */
  const lost = useRef<readonly [number, number, number, number]>(undefined);

  const leave = useCallback(() => {
    setEdited(undefined);
    setFailure(undefined);
  }, []);
  const number = page?.number;
  useEffect(leave, [number, leave]);
  useEffect(() => {
    const place = lost.current;
    if (!page || !place) return;
    lost.current = undefined;
    const word = wordAtPlace(page.text.words, place);
    setEdited(word?.index);
    if (word) onSelect(word.index);
    else setFailure({ text: `The word is no longer there. You typed: ${typed.current}`, isStale: false });
  }, [page, onSelect]);

  const send = async (operation: WordOperation, done: string) => {
    if (!page || isSaving) return;
    setSaving(true);
    setFailure(undefined);
    try {
      const now = await store.correct(page, [operation]);
      setEdited(undefined);
      setSaid(done);
      const last = now.text.words.length - 1;
      if (selected !== undefined) onSelect(last < 0 ? undefined : Math.min(selected, last));
      onChanged();
    } catch (error) {
      const isStale = error instanceof ApiError && error.code === "revision_changed";
      const stale = "This page was corrected elsewhere in the meantime.";
      setFailure({ text: isStale ? stale : errorText(error), isStale });
    } finally {
      setSaving(false);
    }
  };

  const word = page?.text.words[edited ?? -1];
  return {
    ...{ edited, typed, isSaving, failure, said, leave },
    edit: () => {
      const chosen = page?.text.words[selected ?? -1];
      if (!chosen) return setSaid("Select a word first, with n or the full stop.");
      typed.current = chosen.text;
      setFailure(undefined);
      setEdited(chosen.index);
    },
    join: () => {
      const operation = page && selected !== undefined && joinWithNext(page.text, selected);
      if (!operation) return setSaid("There is no next word in this line.");
      void send(operation, "Joined with the next word.");
    },
    save: () => {
      const operation = word && operationOf(word, typed.current);
      if (operation) void send(operation, savedText(operation));
      else leave();
    },
    loadAgain: () => {
      if (!page) return;
      lost.current = word?.box;
      setFailure(undefined);
      store.forget(page.number);
      onChanged();
    },
  };
}

function savedText(operation: WordOperation): string {
  switch (operation.op) {
    case "remove":
      return "Word removed.";
    case "split":
      return `Saved as ${operation.texts.length} words.`;
    case "replace":
      return `Saved: ${operation.text}`;
    default:
      return "Saved.";
  }
}
