import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { StatusCounts } from "../../api/types.ts";
import { statusText } from "../../order/texts.ts";
import { go } from "../../routes.ts";
import { Link } from "../../ui/link.tsx";
import { numberText } from "../../ui/number-texts.ts";
import { type ListFilter, type ListSort, listAddress, sorts, statuses } from "./list-filter.ts";

const sortText: Readonly<Record<ListSort, string>> = {
  "-created": "Newest first",
  created: "Oldest first",
  "-finished": "Finished last",
  finished: "Finished first",
  title_number: "Title A to Z",
  "-title_number": "Title Z to A",
};

/** The list follows the search field after this pause. */
const typingMs = 300;

type BarProps = { filter: ListFilter; counts: StatusCounts | null };

/** Search, sort and filters of the list. Each choice is another address. */
export function ListBar({ filter, counts }: BarProps) {
  const { status, title_number, ...others } = filter;
  const { sort = "-created" } = filter;
  const rest = { ...others, ...(title_number !== undefined && { title_number }) };
  const tabs = useRef<HTMLElement>(null);
  // On a narrow screen, the tabs scroll.
  useLayoutEffect(() => {
    const { current } = tabs;
    const chosen = current?.querySelector<HTMLElement>("[aria-current]");
    if (chosen)
      current?.scrollTo({ left: chosen.offsetLeft - (current.clientWidth - chosen.offsetWidth) / 2 });
  }, [status]);
  const all = counts && Object.values(counts).reduce((sum, count) => sum + count, 0);
  return (
    <div class="list-bar">
      <nav ref={tabs} class="tabs" aria-label="Filter by status">
        <Link to={listAddress(rest)} current={status === undefined}>
          All <Count count={all} />
        </Link>
        {statuses.map((each) => (
          <Link key={each} to={listAddress({ status: each, ...rest })} current={status === each}>
            {statusText[each]} <Count count={counts?.[each] ?? null} />
          </Link>
        ))}
      </nav>
      <div class="list-tools">
        {title_number !== undefined && (
          <Link
            to={listAddress({ ...others, ...(status && { status }) })}
            class="button quiet"
            label={`Show all title numbers, not only ${title_number}`}
          >
            {title_number} <span aria-hidden="true">×</span>
          </Link>
        )}
        <SearchField filter={filter} />
        <select
          aria-label="Sort by"
          value={sort}
          onChange={({ currentTarget }) => {
            const { sort: _, ...unsorted } = filter;
            const chosen = sorts.find((each) => each === currentTarget.value);
            go(listAddress({ ...unsorted, ...(chosen && chosen !== "-created" && { sort: chosen }) }));
          }}
        >
          {sorts.map((each) => (
            <option key={each} value={each}>
              {sortText[each]}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

function Count({ count }: { count: number | null }) {
  return count === null ? null : <span class="count">{numberText(count)}</span>;
}

function SearchField({ filter }: { filter: ListFilter }) {
  const { q = "", ...others } = filter;
  const [text, setText] = useState(q);
  const timer = useRef(0);
  const sent = useRef(q);
  // Another address sets the field, but not the one that typing led to.
  useEffect(() => {
    if (q !== sent.current) setText(q);
    sent.current = q;
  }, [q]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const show = (wanted: string, replaces: boolean) => {
    clearTimeout(timer.current);
    const words = wanted.trim();
    if (words === q) return;
    sent.current = words;
    go(listAddress({ ...(words !== "" && { q: words }), ...others }), { replaces });
  };
  return (
    <search>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          show(text, false);
        }}
      >
        <input
          type="search"
          name="q"
          aria-label="Search orders by name, reason or text"
          placeholder="Name, reason or text"
          maxLength={200}
          autocomplete="off"
          spellcheck={false}
          value={text}
          onInput={({ currentTarget: { value } }) => {
            setText(value);
            clearTimeout(timer.current);
            timer.current = window.setTimeout(() => show(value, true), typingMs);
          }}
        />
      </form>
    </search>
  );
}
