import { useEffect, useId, useRef, useState } from "preact/hooks";
import { errorText } from "../api/api-error.ts";
import { useServices } from "../context.ts";
import { demoUsers, type User } from "./session.ts";

/** The password of every demo user, which the documentation names. */
const demoPassword = "password";

/** `again`: the session of this user has ended. The form lies over the page, which keeps its state. */
export function SignIn({ again }: { again?: User }) {
  const { session } = useServices();
  const [demo, setDemo] = useState<string[]>([]);
  const [message, setMessage] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();

  useEffect(() => {
    // Without an answer there are no buttons. Signing in by name works as well.
    demoUsers().then(setDemo, () => setDemo([]));
    field.current?.focus();
  }, []);

  const signIn = async (name: string, password: string) => {
    setIsBusy(true);
    setMessage(undefined);
    try {
      await session.signIn(name, password);
    } catch (error) {
      setMessage(errorText(error));
      setIsBusy(false);
    }
  };
  const offered = again ? demo.filter((name) => name === again.name) : demo;
  return (
    <div
      class={again ? "sign-in over" : "sign-in"}
      {...(again
        ? { role: "dialog", "aria-modal": true, "aria-labelledby": `${id}-title` }
        : { role: "main" })}
    >
      <form
        class="card"
        aria-labelledby={`${id}-title`}
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          void signIn(String(form.get("username")), String(form.get("password")));
        }}
      >
        <p class="shell-name">orbital-witness</p>
        <h1 id={`${id}-title`}>{again ? "Your session has ended" : "Sign in"}</h1>
        {again && <p class="muted">Sign in again to go on. This page keeps its state.</p>}
        <label>
          Name
          <input
            ref={field}
            name="username"
            autocomplete="username"
            required
            maxLength={256}
            defaultValue={again?.name ?? ""}
          />
        </label>
        <label>
          Password
          <input name="password" type="password" autocomplete="current-password" required maxLength={256} />
        </label>
        {message !== undefined && (
          <p class="form-error" role="alert">
            {message}
          </p>
        )}
        <button type="submit" class="button primary" disabled={isBusy}>
          Sign in
        </button>
        {offered.length > 0 && (
          <div class="demo-users">
            <p class="muted">Demo users of this stack</p>
            {offered.map((name) => (
              <button
                key={name}
                type="button"
                class="button"
                disabled={isBusy}
                onClick={() => void signIn(name, demoPassword)}
              >
                {name}
              </button>
            ))}
          </div>
        )}
      </form>
    </div>
  );
}
