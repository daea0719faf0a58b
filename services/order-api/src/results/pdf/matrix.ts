/** A matrix as in PDF source: (x, y) becomes (a x + c y + e, b x + d y + f). */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** The matrix that applies `first`, and then `second`. */
export function compose(first: Matrix, second: Matrix): Matrix {
  const [a, b, c, d, e, f] = first;
  const [A, B, C, D, E, F] = second;
  return [
    ...[a * A + b * C, a * B + b * D, c * A + d * C, c * B + d * D],
    ...[e * A + f * C + E, e * B + f * D + F],
  ] as unknown as Matrix;
}

/** A rotation about the origin, in degrees. It is clockwise if y counts down from the top. */
export function turn(degrees: number): Matrix {
  const [sine, cosine] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  return [cosine, sine, -sine, cosine, 0, 0];
}

export function shift(x: number, y: number): Matrix {
  return [1, 0, 0, 1, x, y];
}

export function stretch(x: number, y = x): Matrix {
  return [x, 0, 0, y, 0, 0];
}

export function pointOn([a, b, c, d, e, f]: Matrix, x: number, y: number): [x: number, y: number] {
  return [a * x + c * y + e, b * x + d * y + f];
}
