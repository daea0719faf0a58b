import { useState } from "preact/hooks";
import { errorText } from "../api/api-error.ts";
import { useServices } from "../context.ts";

/** `nothing`: what to say instead of saving a file with nothing in it. */
type Format = { path: string; text: string; nothing?: { is: RegExp; message: string } };

const formats: readonly Format[] = [
  { path: ".pdf", text: "Searchable PDF" },
  { path: ".txt", text: "Text" },
  { path: ".docx", text: "Word" },
  { path: ".md", text: "Markdown" },
  { path: ".json", text: "JSON" },
  { path: ".hocr", text: "hOCR" },
  { path: ".alto.xml", text: "ALTO" },
  { path: ".tsv", text: "TSV" },
  {
    path: "/fields.json",
    text: "Fields",
    nothing: {
      is: /^(?!.*"fields":\[\{)/s,
      message: "No labels or check boxes were found in this document.",
    },
  },
  {
    path: "/tables.csv",
    text: "Tables",
    nothing: { is: /^$/, message: "No tables were found in this document." },
  },
];

/** A button for each format of the result. `name`: the file's name without its suffix. */
export function Formats({ id, name }: { id: string; name: string }) {
  const { client } = useServices();
  const [error, setError] = useState<string>();
  const [loading, setLoading] = useState<string>();
  // A link cannot send the token, so the file is fetched and then handed to the browser.
  const download = async ({ path, nothing }: Format) => {
    setError(undefined);
    setLoading(path);
    try {
      const file = await (await client.get(`/orders/${id}/result${path}`)).blob();
      if (nothing?.is.test(await file.text())) setError(nothing.message);
      else save(file, `${name}.${path.slice(1)}`);
    } catch (cause) {
      setError(errorText(cause));
    }
    setLoading(undefined);
  };
  return (
    <fieldset class="formats" aria-label="Download the result">
      {formats.map((format) => (
        <button
          key={format.path}
          type="button"
          class="button"
          aria-busy={loading === format.path}
          onClick={() => void download(format)}
        >
          {format.text}
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
