import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { OidcIssuer } from "../../order-api/oidc-issuer.ts";
import { FaultStack } from "../harness/fault-stack.ts";

const stack = await FaultStack.open();
const { clone, customer } = stack;

/** The address of this machine on the network `front`, at which the Order API reaches the issuer. */
async function addressForOrderApi(): Promise<string> {
  const { id } = await clone.container("auth-api");
  const format = "{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}";
  return (await execa("docker", ["inspect", "--format", format, id])).stdout;
}

test("people of another issuer order beside our own users", { timeout: 600_000 }, async () => {
  const issuer = await OidcIssuer.start({ host: await addressForOrderApi() });
  onTestFinished(() => issuer.close());
  await clone.stack.set("tokenIssuer", issuer.url);
  onTestFinished(async () => {
    await clone.stack.cli.quietly(
      ["config", "rm", "tokenIssuer", "--stack", clone.stack.name],
      "Look above.",
    );
    await clone.up();
  });
  await clone.up();

  const { access_token: token } = await issuer.signIn("ann", "orders:write");
  const order = { title_number: "SHO1", document_type: "lease" };
  const { status, body } = await customer.post("/orders", order, token);
  expect([status, body.user_id]).toEqual([202, 1_000_000_000_001]);
  const path = `/orders/${body.order_id}`;
  const state = async () => (await customer.get(path, token)).body.status;
  await expect.poll(state, { timeout: 60_000 }).toBe("completed");
  expect((await customer.get(`${path}/result.txt`, token)).text).toMatch(/\w/);
  expect((await customer.get(path, await customer.validToken())).status).toBe(404);

  const { access_token: reader, id_token } = await issuer.signIn("ann", "orders:read");
  expect((await customer.post("/orders", order, reader)).status).toBe(403);
  expect((await customer.get(path, reader)).status).toBe(200);
  expect((await customer.get(path, id_token)).status).toBe(401);
  expect((await customer.order("SHO1", "lease")).status).toBe(202);

  // The keys of the issuer are kept while it is away.
  issuer.isAway = true;
  expect((await customer.get(path, token)).status).toBe(200);
});
