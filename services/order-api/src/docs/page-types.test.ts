import openapiTS, { astToString } from "openapi-typescript";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { openOrderApi } from "../../../../tests/order-api/order-api.ts";

const { app, redis } = openOrderApi("redis://127.0.0.1:1");
afterAll(() => redis.destroy());

const documentSchema = z.looseObject({ openapi: z.string(), components: z.record(z.string(), z.json()) });

test("the page's types are those of the OpenAPI document; `npm run types` writes them", async () => {
  const document = documentSchema.parse(await (await app.request("/openapi.json")).json());
  // The page uses the schemas alone. The operations would be four times as long.
  const schemas = JSON.stringify({ ...document, paths: {} });
  const types = astToString(await openapiTS(schemas, { rootTypes: true, rootTypesNoSchemaPrefix: true }));
  const note = "// Written by `npm run types` from the OpenAPI document. Do not edit.\n";
  await expect(`${note}${types}`).toMatchFileSnapshot("../../../../web/src/api/schema.ts");
});
