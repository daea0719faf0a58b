/** Options of `docker run`. A container with this label is removed when the tests are interrupted. */
export const runLabel = ["--label", `orbital-witness.run=${process.env.TEST_RUN ?? "none"}`] as const;
