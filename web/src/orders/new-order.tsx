import { useId, useState } from "preact/hooks";
import { useServices, useSessionState } from "../context.ts";
import { documentTypes, typeText } from "../order/texts.ts";

/** Title number and document type, and the button that orders. */
export function NewOrder({ onOrdered }: { onOrdered(): void }) {
  const { client } = useServices();
  const state = useSessionState();
  const [message, setMessage] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const id = useId();
  if (state.kind === "signed-in" && !state.user.mayOrder) {
    return <p class="notice">You may read orders, but not place any. An operator can change that.</p>;
  }
  const order = async (form: FormData) => {
    setIsBusy(true);
    setMessage(undefined);
    try {
      const fields = new URLSearchParams({
        title_number: String(form.get("title_number")).trim().toUpperCase(),
        document_type: String(form.get("document_type")),
      });
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
        void order(new FormData(event.currentTarget));
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
        />
      </label>
      <label for={`${id}-type`}>
        Document
        <select id={`${id}-type`} name="document_type" defaultValue="lease">
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
    </form>
  );
}
