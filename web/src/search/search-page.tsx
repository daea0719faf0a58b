import { useEffect, useState } from "preact/hooks";
import { errorText } from "../api/api-error.ts";
import type { SearchHit, SearchResults } from "../api/types.ts";
import { useServices } from "../context.ts";
import { orderName } from "../order/order-name.ts";
import { go, pageAddress, searchAddress } from "../routes.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { Link } from "../ui/link.tsx";
import { countText } from "../ui/number-texts.ts";
import { Waiting } from "../ui/waiting.tsx";
import { snippetParts } from "./snippet.ts";
import "./search.css";

type Found = { query: string; hits: SearchHit[]; next: string | null };

/** The search over all one's documents. Each hit leads to its place on the scan. */
export function SearchPage({ query }: { query: string }) {
  const { client } = useServices();
  const [text, setText] = useState(query);
  const [found, setFound] = useState<Found>();
  const [error, setError] = useState<string>();

  const [isBusy, setIsBusy] = useState(false);
  useEffect(() => setText(query), [query]);
  useEffect(() => {
    setError(undefined);
    if (query === "") {
      setFound(undefined);
      return undefined;
    }
    const stop = new AbortController();
    client.json<SearchResults>(`/search?${new URLSearchParams({ q: query })}`, { signal: stop.signal }).then(
      ({ results, next }) => setFound({ query, hits: results, next }),
      (cause: unknown) => {
        if (!stop.signal.aborted) setError(errorText(cause));
      },
    );
    return () => stop.abort();
  }, [client, query]);

  const more = async ({ hits, next }: Found) => {
    const cursor = next ?? "";
    setError(undefined);
    setIsBusy(true);
    try {
      const { results, next: after } = await client.json<SearchResults>(
        `/search?${new URLSearchParams({ q: query, cursor })}`,
      );
      // Meanwhile somebody may have searched for something else.
      setFound((now) => (now?.query === query ? { query, hits: [...hits, ...results], next: after } : now));
    } catch (cause) {
      setError(errorText(cause));
    }
    setIsBusy(false);
  };
  return (
    <div class="search">
      <h1>Search</h1>
      <search>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            go(searchAddress(text.trim()));
          }}
        >
          <input
            type="search"
            name="q"
            aria-label="Words to find in your documents"
            placeholder={'rent "term of years" leas*'}
            maxLength={200}
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
          <button type="submit" class="button primary">
            Search
          </button>
        </form>
      </search>
      {error !== undefined && (
        <p class="form-error" role="alert">
          {error}
        </p>
      )}
      {query !== "" && found?.query !== query && error === undefined && <Waiting />}
      {found && found.query === query && (
        <>
          <p class="muted" role="status">
            {foundText(found)}
          </p>
          {found.hits.length === 0 && (
            <EmptyState title="No page has all of these words">
              Words may stand in any order. "A phrase" in quotes stands as it is, and leas* finds lease and
              leasehold.
            </EmptyState>
          )}
          <ol class="hits">
            {found.hits.map((hit) => (
              <Hit key={`${hit.order_id}/${hit.page}`} hit={hit} query={query} />
            ))}
          </ol>
          {found.next !== null && (
            <button type="button" class="button" disabled={isBusy} onClick={() => void more(found)}>
              More
            </button>
          )}
        </>
      )}
    </div>
  );
}

function foundText({ hits: { length }, next }: Found): string {
  if (length === 0) return "";
  if (next !== null) return `The best ${length} pages`;
  return countText(length, "page");
}

function Hit({ hit, query }: { hit: SearchHit; query: string }) {
  const { order_id, page, snippet } = hit;
  const { main, more } = orderName(hit);
  return (
    <li>
      <Link to={pageAddress(order_id, page, query)} class="hit">
        <span class="hit-name">
          <b>{main}</b> {more === "" ? "" : `${more}, `}page {page}
        </span>
        <span class="hit-text">
          {snippetParts(snippet).map(({ text, isHit }, place) => (
            <SnippetPart key={place} text={text} isHit={isHit} />
          ))}
        </span>
      </Link>
    </li>
  );
}

function SnippetPart({ text, isHit }: { text: string; isHit: boolean }) {
  return isHit ? <mark>{text}</mark> : <span>{text}</span>;
}
