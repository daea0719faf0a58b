import { useEffect, useRef, useState } from "preact/hooks";
import { useServices } from "../../context.ts";
import type { Upload } from "./uploads.ts";

/** The files of this tab that were not accepted yet. `onAccepted` is called when one was. */
export function useUploads(onAccepted: () => void): readonly Upload[] {
  const { uploads } = useServices();
  const [list, setList] = useState(uploads.list);
  const accepted = useRef(onAccepted);
  accepted.current = onAccepted;
  useEffect(() => {
    let count = uploads.list.length;
    const look = () => {
      setList(uploads.list);
      if (uploads.list.length < count) accepted.current();
      count = uploads.list.length;
    };
    look();
    return uploads.subscribe(look);
  }, [uploads]);
  useEffect(() => {
    if (list.every(({ state }) => state === "refused")) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [list]);
  return list;
}
