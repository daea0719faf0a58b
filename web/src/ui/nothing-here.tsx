import { EmptyState } from "./empty-state.tsx";
import { Link } from "./link.tsx";

/** Says why a view has nothing to show, and leads back to the orders. */
export function NothingHere({ why }: { why: string }) {
  return (
    <EmptyState title={why}>
      <Link to="/">Go to your orders</Link>
    </EmptyState>
  );
}
