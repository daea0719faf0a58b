import { useEffect, useState } from "preact/hooks";
import { ApiError } from "./api/api-error.ts";
import { useRoute, useServices, useSessionState } from "./context.ts";
import { OrderPage } from "./order/order-page.tsx";
import { OrdersPage } from "./orders/orders-page.tsx";
import type { Route } from "./routes.ts";
import { SearchPage } from "./search/search-page.tsx";
import { SignIn } from "./session/sign-in.tsx";
import { Shell } from "./shell.tsx";
import { StackPage } from "./stack/stack-page.tsx";
import { EmptyState } from "./ui/empty-state.tsx";
import { NothingHere } from "./ui/nothing-here.tsx";
import { Waiting } from "./ui/waiting.tsx";
import { ViewerPage } from "./viewer/viewer-page.tsx";

export function App() {
  const state = useSessionState();
  const isAway = useSessionStart();

  if (state.kind === "unknown") {
    return isAway ? (
      <EmptyState title="The server cannot be reached">Trying again every second.</EmptyState>
    ) : (
      <Waiting />
    );
  }
  if (state.kind === "signed-out") return <SignIn />;
  return (
    <>
      {/* While the form lies over the page, neither the keyboard nor screen readers reach the page. */}
      <div inert={state.kind === "ended"}>
        <Shell user={state.user}>
          {/* Another user must not see the state of the last one. */}
          <Page key={state.user.id} />
        </Shell>
      </div>
      {state.kind === "ended" && <SignIn again={state.user} />}
    </>
  );
}

function Page() {
  const route = useRoute();
  return view(route);
}

function view(route: Route) {
  switch (route.name) {
    case "orders":
      return <OrdersPage query={route.query} />;
    case "order":
      return <OrderPage key={route.id} id={route.id} />;
    case "page":
      return <ViewerPage key={route.id} {...route} />;
    case "search":
      return <SearchPage query={route.query.get("q") ?? ""} />;
    case "stack":
      return <StackPage />;
    case "missing":
      return <NothingHere why="There is nothing at this address" />;
  }
}

/** Asks for the session when the page opens, until the server answers. Returns whether it is away. */
function useSessionStart(): boolean {
  const { session } = useServices();
  const [isAway, setIsAway] = useState(false);
  useEffect(() => {
    let timer: number | undefined;
    const ask = () => {
      session.begin().catch((error: unknown) => {
        setIsAway(true);
        const seconds = error instanceof ApiError ? error.retrySeconds : undefined;
        timer = window.setTimeout(ask, (seconds ?? 1) * 1000);
      });
    };
    ask();
    return () => clearTimeout(timer);
  }, [session]);
  return isAway;
}
