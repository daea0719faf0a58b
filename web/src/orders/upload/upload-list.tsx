import type { Upload } from "./uploads.ts";

/** More files than these are only counted. */
const maximumShown = 8;

type UploadListProps = { list: readonly Upload[]; onDismiss(key: string): void };

/** The files that are on their way, and those that were refused, with the reason. */
export function UploadList({ list, onDismiss }: UploadListProps) {
  const refused = list.filter(({ state }) => state === "refused");
  const moving = list.filter(({ state }) => state !== "refused");
  const hidden = Math.max(0, moving.length - maximumShown);
  return (
    <ul class="upload-list">
      {[...refused, ...moving.slice(0, maximumShown)].map((upload) => (
        <UploadRow key={upload.key} upload={upload} onDismiss={onDismiss} />
      ))}
      {hidden > 0 && <li class="muted">{hidden} more wait</li>}
    </ul>
  );
}

function UploadRow({ upload, onDismiss }: { upload: Upload; onDismiss(key: string): void }) {
  const { key, file, state, share, message } = upload;
  return (
    <li>
      <span class="upload-name">{file.name}</span>
      {state === "refused" ? (
        <>
          <span class="form-error" role="alert">
            {message}
          </span>
          <button
            type="button"
            class="button quiet"
            aria-label={`Dismiss ${file.name}`}
            onClick={() => onDismiss(key)}
          >
            Dismiss
          </button>
        </>
      ) : (
        <>
          <progress max={1} value={share} aria-label={`Upload of ${file.name}`} />
          <span class="muted">
            {message ?? (state === "waiting" ? "Waits" : `${Math.round(share * 100)} %`)}
          </span>
        </>
      )}
    </li>
  );
}
