import { useEffect, useState } from "preact/hooks";
import { statusText } from "../../order/texts.ts";
import { go } from "../../routes.ts";
import { Link } from "../../ui/link.tsx";
import { type ListFilter, listAddress, statuses, titleOf } from "./list-filter.ts";

/** The filters of the list. Each choice is another address. */
export function ListBar({ filter }: { filter: ListFilter }) {
  const { status, title_number } = filter;
  const [title, setTitle] = useState(title_number ?? "");
  useEffect(() => setTitle(title_number ?? ""), [title_number]);
  const rest = title_number === undefined ? {} : { title_number };
  const show = (text: string) => {
    const wanted = titleOf(text);
    go(listAddress({ ...(status && { status }), ...(wanted !== "" && { title_number: wanted }) }));
  };
  return (
    <div class="list-bar">
      <nav class="tabs" aria-label="Filter by status">
        <Link to={listAddress(rest)} current={status === undefined}>
          All
        </Link>
        {statuses.map((each) => (
          <Link key={each} to={listAddress({ status: each, ...rest })} current={status === each}>
            {statusText[each]}
          </Link>
        ))}
      </nav>
      <search>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            show(title);
          }}
        >
          <input
            type="search"
            name="title_number"
            aria-label="Filter by title number"
            placeholder="Filter by title number"
            autocomplete="off"
            spellcheck={false}
            value={title}
            onInput={({ currentTarget }) => {
              setTitle(currentTarget.value);
              // The cross in the field empties it.
              if (currentTarget.value === "") show("");
            }}
          />
        </form>
      </search>
    </div>
  );
}
