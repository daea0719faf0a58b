import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { Client } from "./api/client.ts";
import { onMove, type Route, routeOf } from "./routes.ts";
import { Session, type SessionState } from "./session/session.ts";

const session = new Session();
const Services = createContext({ session, client: new Client(session) });

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
