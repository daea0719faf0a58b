import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/api-error.ts";

/** `error`: why the last attempt failed. The value of the last success stays. */
export type Polled<T> = { value: T | undefined; error: Error | undefined; refresh(): void };

/**
 * Reads a value again and again, `pauseMs(value)` ms after each answer. It waits while the page is hidden,
 * and continues by itself when the server is back. Another `read` begins anew.
 */
export function usePolling<T>(
  read: (signal: AbortSignal) => Promise<T>,
  pauseMs: (value: T) => number | undefined,
): Polled<T> {
  const [state, setState] = useState<{ value: T | undefined; error: Error | undefined }>({
    ...{ value: undefined, error: undefined },
  });
  const pause = useRef(pauseMs);
  pause.current = pauseMs;
  const wake = useRef<() => void>(undefined);

  useEffect(() => {
    const stop = new AbortController();
    let timer: number | undefined;
    const look = async () => {
      clearTimeout(timer);
      let nextMs: number | undefined;
      try {
        const value = await read(stop.signal);
        setState({ value, error: undefined });
        nextMs = pause.current(value);
      } catch (cause) {
        if (stop.signal.aborted) return;
        const error = cause instanceof Error ? cause : new Error(String(cause));
        setState(({ value }) => ({ value, error }));
        const mayPass = error instanceof ApiError && (error.mayPass || error.status === 401);
        nextMs = mayPass ? (error.retrySeconds ?? 1) * 1000 : undefined;
      }
      if (nextMs !== undefined && !stop.signal.aborted) timer = window.setTimeout(next, nextMs);
    };
    const next = () => {
      if (document.hidden) document.addEventListener("visibilitychange", next, { once: true });
      else void look();
    };
    wake.current = () => void look();
    void look();
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", next);
    };
  }, [read]);

  return { ...state, refresh: useCallback(() => wake.current?.(), []) };
}
