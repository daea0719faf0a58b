import { mediaTypeOf, readFields } from "@orbital-witness/common/http/form-body.ts";
import { Problem } from "@orbital-witness/common/http/problem.ts";
import {
  mostOperations,
  type Operation,
  type OperationError,
  operationSchema,
} from "@orbital-witness/common/results/corrections/operations.ts";

const listMessage = `must be a list of 1 to ${mostOperations} operations`;

/**
 * The operations in the body of a correction. Throws 415 for a body that is not JSON, and 422 for the first
 * operation that is none.
 */
export async function readOperations(request: Request): Promise<Operation[]> {
  if (mediaTypeOf(request) !== "application/json") {
    throw new Problem(415, "unsupported_media_type", "The body must be application/json.", {
      headers: { "Accept-Patch": "application/json" },
    });
  }
  const { operations, ...others } = await readFields(request);
  const [other] = Object.keys(others);
  if (other !== undefined) throw wrong(other, "is not known: the body has `operations` alone");
  const isList = Array.isArray(operations) && operations.length > 0 && operations.length <= mostOperations;
  if (!isList) throw wrong("operations", listMessage);
  return operations.map((operation: unknown, place) => {
    const parsed = operationSchema.safeParse(operation);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const unknown = issue?.code === "unrecognized_keys" ? `has no \`${issue.keys[0]}\`` : undefined;
    const path = (issue?.path ?? []).map((part) =>
      typeof part === "number" ? `[${part}]` : `.${String(part)}`,
    );
    throw wrong(`operations[${place}]${path.join("")}`, unknown ?? issue?.message ?? "is wrong");
  });
}

/** The 422 for an operation that the page does not allow. */
export function wrongOperation({ operation, field, message }: OperationError): Problem {
  return wrong(`operations[${operation}].${field}`, message);
}

function wrong(field: string, message: string): Problem {
  return new Problem(422, "invalid_fields", `${field} ${message}`, { errors: [{ field, message }] });
}
