import { Hono } from "hono";
import { expect, test } from "vitest";
import { clientNetwork } from "./client-address.ts";

const app = new Hono().get("/", (c) => c.text(clientNetwork(c)));

/**
 * The client's network as the service finds it, from the header, if there is one, and from the connection.
 */
async function network(header: string | undefined, remoteAddress = "172.18.0.3"): Promise<string> {
  const headers = header === undefined ? {} : { "X-Real-IP": header };
  const response = await app.request("/", { headers }, { incoming: { socket: { remoteAddress } } });
  expect(response.status).toBe(200);
  return response.text();
}

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["2001:DB8:0:0:ffff::", "2001:db8:0:0::/64"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:0:2::", "2001:db8:0:2::/64"],
  ["1::2:3:4:5:6:7", "1:0:2:3::/64"],
  ["64:ff9b::203.0.113.7", "64:ff9b:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
])(
  "%s belongs to %s, whether it comes from the router's header or from the connection",
  async (address, expected) => {
    expect(await network(address)).toBe(expected);
    expect(await network(undefined, address)).toBe(expected);
  },
);

test.each(["", "unknown", "203.0.113.7, 198.51.100.1", "203.0.113.256", "203.0.113.7:80"])(
  "%j is not an address, so the connection's address is used",
  async (header) => {
    expect(await network(header)).toBe("172.18.0.3");
  },
);

test("other headers are ignored", async () => {
  const headers = { "X-Forwarded-For": "203.0.113.7", Forwarded: "for=203.0.113.7" };
  const env = { incoming: { socket: { remoteAddress: "172.18.0.3" } } };
  expect(await (await app.request("/", { headers }, env)).text()).toBe("172.18.0.3");
});
