import { useEffect, useId, useMemo, useState } from "preact/hooks";
import { errorText } from "../../api/api-error.ts";
import type { OrderSummary } from "../../api/types.ts";
import { useServices, useSessionState } from "../../context.ts";
import { typeText } from "../../order/texts.ts";
import { titleOf } from "../list/list-filter.ts";
import { UploadArea } from "../upload/upload-area.tsx";
import { suggestionsFrom, typesFor } from "./suggestions.ts";
import { askOffered, useOffered } from "./use-offered.ts";

type NewOrderProps = {
  known: readonly Pick<OrderSummary, "title_number" | "document_type">[];
  onOrdered(): void;
};

/**
 * Title number and document type, and the button that orders. It suggests what was ordered before, and what
 * the document source offers.
 */
export function NewOrder({ known, onOrdered }: NewOrderProps) {
  const { client } = useServices();
  const [title, setTitle] = useState("");
  const [isUsed, setIsUsed] = useState(false);
  const offered = useOffered(titleOf(title), isUsed);
  const suggestions = useMemo(() => suggestionsFrom(known, offered), [known, offered]);
  const types = typesFor(titleOf(title), offered);
  const [type, setType] = useState("lease");
  const [isTypeChosen, setIsTypeChosen] = useState(false);
  const state = useSessionState();
  const [message, setMessage] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const id = useId();
  // The list may come after the last key.
  const [firstOffered] = types.offered;
  const isOffered = types.offered.some((each) => each === type);
  useEffect(() => {
    if (firstOffered !== undefined && !isOffered && !isTypeChosen) setType(firstOffered);
  }, [firstOffered, isOffered, isTypeChosen]);
  if (state.kind === "signed-in" && !state.user.mayOrder) {
    return <p class="notice">You may read orders, but not place any. An operator can change that.</p>;
  }
  const choose = (text: string) => {
    setTitle(text);
    setMessage(undefined);
    setIsTypeChosen(false);
    const found = suggestions.get(titleOf(text));
    const [first] = found ?? [];
    if (found && first !== undefined && !found.has(type)) setType(first);
  };
  /** Somebody may press Enter before the types of this title number are known. */
  const typeToOrder = async () => {
    const title_number = titleOf(title);
    if (isTypeChosen || offered?.prefix === title_number || suggestions.has(title_number)) return type;
    const { offered: found } = typesFor(title_number, await askOffered(client, title_number));
    const wanted = found.find((each) => each === type) ?? found[0] ?? type;
    setType(wanted);
    return wanted;
  };
  const order = async () => {
    setIsBusy(true);
    setMessage(undefined);
    try {
      const fields = new URLSearchParams({
        title_number: titleOf(title),
        document_type: await typeToOrder(),
      });
      await client.send("/orders", { method: "POST", body: fields });
      onOrdered();
    } catch (error) {
      setMessage(errorText(error));
    }
    setIsBusy(false);
  };
  return (
    <form
      class="new-order card"
      aria-label="Order a document"
      onSubmit={(event) => {
        event.preventDefault();
        void order();
      }}
    >
      <label for={`${id}-title`}>
        Title number
        <input
          id={`${id}-title`}
          name="title_number"
          required
          autocomplete="off"
          spellcheck={false}
          placeholder="OW12345678"
          maxLength={40}
          list={`${id}-titles`}
          value={title}
          onFocus={() => setIsUsed(true)}
          onInput={({ currentTarget }) => choose(currentTarget.value)}
        />
        <datalist id={`${id}-titles`}>
          {[...suggestions].map(([each, types]) => (
            <option key={each} value={each} label={[...types].map(typeText).join(", ")} />
          ))}
        </datalist>
      </label>
      <label for={`${id}-type`}>
        Document
        <select
          id={`${id}-type`}
          name="document_type"
          value={type}
          onChange={({ currentTarget }) => {
            setType(currentTarget.value);
            setIsTypeChosen(true);
          }}
        >
          {types.offered.length === 0 ? (
            <TypeOptions types={types.others} />
          ) : (
            <>
              <optgroup label="Available">
                <TypeOptions types={types.offered} />
              </optgroup>
              <optgroup label="Other types">
                <TypeOptions types={types.others} />
              </optgroup>
            </>
          )}
        </select>
      </label>
      <button type="submit" class="button primary" disabled={isBusy}>
        Order
      </button>
      {message !== undefined && (
        <p class="form-error" role="alert">
          {message}
        </p>
      )}
      <UploadArea onAccepted={onOrdered} />
    </form>
  );
}

function TypeOptions({ types }: { types: readonly string[] }) {
  return (
    <>
      {types.map((type) => (
        <option key={type} value={type}>
          {typeText(type)}
        </option>
      ))}
    </>
  );
}
