import { useEffect, useRef, useState } from "preact/hooks";
import { useServices } from "../../context.ts";
import { UploadList } from "./upload-list.tsx";
import { useUploads } from "./use-uploads.ts";

/** Chooses one's own scans. They can be dropped anywhere on the page, too. */
export function UploadArea({ onAccepted }: { onAccepted(): void }) {
  const { uploads } = useServices();
  const list = useUploads(onAccepted);
  const field = useRef<HTMLInputElement>(null);
  const isOver = useDroppedFiles((files) => uploads.add(files));
  return (
    <section class={isOver ? "upload over" : "upload"} aria-label="Upload your own scans">
      <div class="upload-choice">
        <button type="button" class="button" onClick={() => field.current?.click()}>
          Choose scans…
        </button>
        <span class="muted">{isOver ? "Drop them here" : "or drop PDF, TIFF or image files here"}</span>
        <input
          ref={field}
          type="file"
          multiple
          hidden
          accept=".pdf,.tif,.tiff,.png,.jpg,.jpeg,.webp,.bmp"
          onChange={({ currentTarget }) => {
            uploads.add([...(currentTarget.files ?? [])]);
            currentTarget.value = "";
          }}
        />
      </div>
      {list.length > 0 && <UploadList list={list} onDismiss={(key) => uploads.dismiss(key)} />}
    </section>
  );
}

/** Takes files that are dropped on the page. Returns whether some are held over it. */
function useDroppedFiles(take: (files: File[]) => void): boolean {
  const [isOver, setIsOver] = useState(false);
  const taking = useRef(take);
  taking.current = take;
  useEffect(() => {
    const hold = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setIsOver(true);
    };
    const leave = (event: DragEvent) => event.relatedTarget === null && setIsOver(false);
    const drop = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setIsOver(false);
      taking.current([...event.dataTransfer.files]);
    };
    document.addEventListener("dragover", hold);
    document.addEventListener("dragleave", leave);
    document.addEventListener("drop", drop);
    return () => {
      document.removeEventListener("dragover", hold);
      document.removeEventListener("dragleave", leave);
      document.removeEventListener("drop", drop);
    };
  }, []);
  return isOver;
}
