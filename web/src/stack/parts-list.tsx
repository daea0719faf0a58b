import type { Stack } from "../api/types.ts";

const nameText: Readonly<Record<Stack["parts"][number]["name"], string>> = {
  "order-api": "Order API",
  "auth-api": "Auth API",
  router: "Router",
  redis: "Redis",
  documents: "Document source",
  workers: "Workers",
};

/** The parts of the stack with their health. */
export function PartsList({ parts }: Pick<Stack, "parts">) {
  return (
    <section class="card stack-list" aria-labelledby="stack-parts">
      <h2 id="stack-parts">Parts</h2>
      <ul>
        {parts.map(({ name, healthy, waits_for }) => (
          <li key={name}>
            <span>{nameText[name]}</span>
            {healthy ? (
              <span class="badge completed">Healthy</span>
            ) : (
              <span class="badge failed">
                {waits_for === null ? "Not healthy" : `Waits for ${waits_for}`}
              </span>
            )}
          </li>
        ))}
      </ul>
      {parts.every(({ healthy }) => healthy) ? null : (
        <p class="stack-hint">
          Run <code>npm run status</code> where the stack was started. It shows the last health check and the
          log of each part that is not healthy, and what to do.
        </p>
      )}
    </section>
  );
}
