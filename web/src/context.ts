import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { Client } from "./api/client.ts";
import { OrderEvents } from "./api/order-events.ts";
import { uploadScan } from "./api/upload.ts";
import { Uploads } from "./orders/upload/uploads.ts";
import { onMove, type Route, routeOf } from "./routes.ts";
import { Session, type SessionState } from "./session/session.ts";

const session = new Session();
const uploads = new Uploads((file, options) => uploadScan(session, file, options));
const client = new Client(session);
const events = new OrderEvents(client);
const Services = createContext({ session, client, events, uploads });

// Another user must not send the files of the last one, nor see the orders.
let user: number | undefined;
session.subscribe(() => {
  const { state } = session;
  if (state.kind === "signed-out" || ("user" in state && state.user.id !== user)) {
    uploads.clear();
    events.forget();
  }
  user = "user" in state ? state.user.id : undefined;
});

export const useServices = () => useContext(Services);

export function useSessionState(): SessionState {
  const { session } = useServices();
  const [state, setState] = useState(session.state);
  useEffect(() => {
    setState(session.state);
    return session.subscribe(() => setState(session.state));
  }, [session]);
  return state;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location));
  useEffect(() => onMove(() => setRoute(routeOf(location))), []);
  return route;
}
