import { useState } from "preact/hooks";
import { errorText } from "../api/api-error.ts";
import { useServices } from "../context.ts";

const formats = [
  { suffix: "pdf", text: "Searchable PDF" },
  { suffix: "txt", text: "Text" },
  { suffix: "json", text: "JSON" },
  { suffix: "hocr", text: "hOCR" },
  { suffix: "alto.xml", text: "ALTO" },
  { suffix: "tsv", text: "TSV" },
  { suffix: "fields.json", text: "Fields" },
  { suffix: "tables.csv", text: "Tables" },
] as const;

/** A button for each format of the result. `name`: the file's name without its suffix. */
export function Formats({ id, name }: { id: string; name: string }) {
  const { client } = useServices();
  const [error, setError] = useState<string>();
  const [loading, setLoading] = useState<string>();
  // A link cannot send the token, so the file is fetched and then handed to the browser.
  const download = async (suffix: string) => {
    setError(undefined);
    setLoading(suffix);
    try {
      const part = /^(fields|tables)/.test(suffix) ? "/" : ".";
      const answer = await client.get(`/orders/${id}/result${part}${suffix}`);
      save(await answer.blob(), `${name}.${suffix}`);
    } catch (cause) {
      setError(errorText(cause));
    }
    setLoading(undefined);
  };
  return (
    <fieldset class="formats" aria-label="Download the result">
      {formats.map(({ suffix, text }) => (
        <button
          key={suffix}
          type="button"
          class="button"
          aria-busy={loading === suffix}
          onClick={() => void download(suffix)}
        >
          {text}
        </button>
      ))}
      {error !== undefined && (
        <p class="form-error" role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}

function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser has begun to read the file by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
