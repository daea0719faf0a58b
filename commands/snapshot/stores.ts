import { execa } from "execa";
import { z } from "zod";
import { Failure } from "../../lib/failure.ts";
import type { StackContainers } from "../stack/engine/containers.ts";

/** The data of a stack, and where its containers have it. */
const mounts = {
  redis: ["redis", "/data"],
  results: ["order-api", "/results"],
  uploads: ["order-api", "/uploads"],
  search: ["order-api", "/search"],
  accounts: ["auth-api", "/accounts"],
} as const;

export type Store = keyof typeof mounts;
export const stores = Object.keys(mounts) as Store[];

const inspected = z.array(
  z.object({
    Name: z.string(),
    Image: z.string(),
    Config: z.object({ Labels: z.record(z.string(), z.string()) }),
    Mounts: z.array(z.object({ Type: z.string(), Name: z.string().optional(), Destination: z.string() })),
  }),
);

export type StackStores = {
  /** The name of each store's volume. */
  volumes: Readonly<Record<Store, string>>;
  /** The names of the containers that write to the stores: Redis, what gives it its users, and services. */
  redis: string;
  redisAccess: readonly string[];
  apis: readonly string[];
  workers: readonly string[];
  /** An image with a shell and tar. */
  image: string;
};

/** Finds the stores by the mounts of the containers. @throws Failure if a part has no container */
export async function stackStores(containers: StackContainers): Promise<StackStores> {
  const ids = await containers.described("{{.ID}}");
  const found = inspected
    .parse(JSON.parse((await execa("docker", ["inspect", ...ids])).stdout))
    .map(({ Name, Config, ...more }) => ({
      ...{ ...more, name: Name.replace(/^\//, ""), part: Config.Labels["orbital-witness.part"] ?? "" },
    }));
  const volumeOf = (store: Store) => {
    const [part, destination] = mounts[store];
    const mounted = found
      .filter((container) => container.part === part)
      .flatMap(({ Mounts }) => Mounts)
      .find(({ Type, Destination }) => Type === "volume" && Destination === destination);
    if (mounted?.Name !== undefined) return mounted.Name;
    throw new Failure(
      `The stack '${containers.stack}' has no container with the volume of its ${store}.`,
      "Start it completely: npm start",
    );
  };
  const namesOf = (part: string) => found.filter((each) => each.part === part).map(({ name }) => name);
  const [redis = ""] = namesOf("redis");
  return {
    volumes: {
      ...{ redis: volumeOf("redis"), results: volumeOf("results"), uploads: volumeOf("uploads") },
      ...{ search: volumeOf("search"), accounts: volumeOf("accounts") },
    },
    ...{ redis, redisAccess: namesOf("redis-access") },
    ...{ apis: [...namesOf("auth-api"), ...namesOf("order-api")], workers: namesOf("ocr-worker") },
    image: found.find(({ part }) => part === "order-api")?.Image ?? "",
  };
}
