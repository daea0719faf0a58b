import type { ComponentChildren } from "preact";
import { useRoute, useServices } from "./context.ts";
import type { User } from "./session/session.ts";
import { Link } from "./ui/link.tsx";

/** The frame of every view: name, navigation and the user. */
export function Shell({ user, children }: { user: User; children: ComponentChildren }) {
  const route = useRoute();
  const { session } = useServices();
  return (
    <div class="shell">
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <header class="shell-header">
        <Link to="/" class="shell-name">
          orbital-witness
        </Link>
        <nav aria-label="Main">
          <Link to="/" current={route.name === "orders"}>
            Orders
          </Link>
          <Link to="/find" current={route.name === "search"}>
            Search
          </Link>
          {user.isOperator && (
            <Link to="/workers" current={route.name === "stack"}>
              Stack
            </Link>
          )}
        </nav>
        <div class="shell-user">
          <span>{user.name}</span>
          <button type="button" class="button quiet" onClick={() => void session.signOut()}>
            Sign out
          </button>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
