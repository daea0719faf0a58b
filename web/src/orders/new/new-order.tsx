import { useId, useMemo, useState } from "preact/hooks";
import type { OrderSummary } from "../../api/types.ts";
import { useServices, useSessionState } from "../../context.ts";
import { documentTypes, typeText } from "../../order/texts.ts";
import { titleOf } from "../list/list-filter.ts";
import { UploadArea } from "../upload/upload-area.tsx";
import { suggestionsFrom } from "./suggestions.ts";

type NewOrderProps = {
  known: readonly Pick<OrderSummary, "title_number" | "document_type">[];
  onOrdered(): void;
};

/** Title number and document type, and the button that orders. It suggests what was ordered before. */
export function NewOrder({ known, onOrdered }: NewOrderProps) {
  const { client } = useServices();
  const suggestions = useMemo(() => suggestionsFrom(known), [known]);
  const [title, setTitle] = useState("");
  const [type, setType] = useState("lease");
  const state = useSessionState();
  const [message, setMessage] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const id = useId();
  if (state.kind === "signed-in" && !state.user.mayOrder) {
    return <p class="notice">You may read orders, but not place any. An operator can change that.</p>;
  }
  const choose = (text: string) => {
    setTitle(text);
    const types = suggestions.get(titleOf(text));
    const [first] = types ?? [];
    if (types && first !== undefined && !types.has(type)) setType(first);
  };
  const order = async () => {
    setIsBusy(true);
    setMessage(undefined);
    try {
      const fields = new URLSearchParams({ title_number: titleOf(title), document_type: type });
      await client.send("/orders", { method: "POST", body: fields });
      onOrdered();
    } catch (error) {
      setMessage(error instanceof Error ? error.message : String(error));
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
          onChange={({ currentTarget }) => setType(currentTarget.value)}
        >
          {documentTypes.map((type) => (
            <option key={type} value={type}>
              {typeText(type)}
            </option>
          ))}
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
