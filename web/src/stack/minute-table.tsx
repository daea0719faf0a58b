import type { Stack } from "../api/types.ts";
import { clockText } from "./clock-text.ts";

/** The values of the plots for screen readers. */
export function MinuteTable({ minutes }: Pick<Stack, "minutes">) {
  return (
    <div class="hidden">
      <table>
        <caption>The last {minutes.length} minutes</caption>
        <thead>
          <tr>
            <th scope="col">Minute</th>
            <th scope="col">Pages read</th>
            <th scope="col">Pages failed</th>
            <th scope="col">Seconds per page</th>
          </tr>
        </thead>
        <tbody>
          {minutes.map(({ at, pages, failures, page_ms }) => (
            <tr key={at}>
              <th scope="row">{clockText(Date.parse(at))}</th>
              <td>{pages}</td>
              <td>{failures}</td>
              <td>{page_ms === null ? "none" : (page_ms / 1000).toFixed(1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
