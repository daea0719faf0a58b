import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { readingUser } from "../../access/callers.ts";
import { ownOrder } from "../../access/store-access.ts";
import { type Endpoint, problemResponses, security } from "../../endpoint.ts";
import { orderPathSchema } from "../../order-schemas.ts";
import { answer, headers, query, type ResultTools } from "../read-result.ts";
import { resultProblems } from "../result-reply.ts";
import { fieldsSchema, type StructureName, structureFormats, tablesSchema } from "./structure-formats.ts";

type Description = { operationId: string; summary: string; description: string; schema: z.ZodType };

const descriptions: Record<StructureName, Description> = {
  "fields.json": {
    operationId: "getResultFields",
    summary: "Get the fields of forms",
    description:
      "Labels with their values, and check boxes with their state. Known kinds of form are recognised by " +
      "their own words, and their fields are in the order of the form. On other pages, text before a " +
      "colon, the first line of a ruled box, and text beside a check box are labels.",
    schema: fieldsSchema,
  },
  "tables.json": {
    operationId: "getResultTables",
    summary: "Get the tables",
    description: "Tables with their cells and spans. Rows with a column of figures need no ruling lines.",
    schema: tablesSchema,
  },
  "tables.csv": {
    operationId: "getResultTablesAsCsv",
    summary: "Get the tables as CSV",
    description:
      "By RFC 4180, with an empty line between two tables. A cell with spans has its text at its first " +
      "place. A cell that a spreadsheet would run as a formula begins with an apostrophe.",
    schema: z.string(),
  },
};

/** The fields or the tables of a result. */
export function readResultStructure(tools: ResultTools, name: StructureName): Endpoint {
  const { tokens, store } = tools;
  const { schema, ...described } = descriptions[name];
  const [type] = structureFormats[name].types;
  const route = createRoute({
    method: "get",
    path: `/orders/{id}/result/${name}`,
    ...described,
    tags: ["results"],
    security,
    request: { params: orderPathSchema, query: query.omit({ view: true }), headers },
    responses: {
      200: { description: "What was found on each page", content: { [type]: { schema } } },
      304: { description: "The client has this already" },
      ...problemResponses(401, 422, 503),
      ...resultProblems,
    },
  });
  return {
    route,
    handle: async (c) => {
      const user = await readingUser(tokens, c.req.raw);
      const order = await ownOrder(store, user, c.req.param("id"));
      return answer(c, tools, order, name, type);
    },
  };
}
