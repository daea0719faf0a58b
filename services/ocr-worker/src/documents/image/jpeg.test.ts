import sharp from "sharp";
import { expect, test } from "vitest";
import { jpegSize } from "./jpeg.ts";

const size = { width: 300, height: 20 };
const draw = (options = {}, { width, height } = size) =>
  sharp({ create: { width, height, channels: 3, background: "white" } })
    .jpeg(options)
    .toBuffer();
const [baseline, progressive] = [await draw(), await draw({ progressive: true })];
const small = await draw({}, { width: 8, height: 8 });

/** A JPEG with these bytes after the first marker. */
const inserted = (bytes: Uint8Array) => Buffer.concat([baseline.subarray(0, 2), bytes, baseline.subarray(2)]);

/** An application segment that contains another JPEG, such as a camera's preview. */
function thumbnail(): Buffer {
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(small.length + 2, 2);
  return Buffer.concat([head, small]);
}

test.each([
  ["that is baseline", baseline],
  ["that is progressive", progressive],
  ["behind other bytes", Buffer.concat([Buffer.from("\n\xff\0"), baseline])],
  ["with other bytes between its parts", inserted(Buffer.from([1, 2, 3]))],
  ["with fill bytes before its markers", inserted(Buffer.from([0xff, 0xff]))],
  ["with another JPEG inside", inserted(thumbnail())],
])("the size of a JPEG %s is found", (_name, bytes) => {
  expect(jpegSize(bytes)).toEqual(size);
});

test("bytes without a JPEG header have no size", () => {
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(100, 0xff), Buffer.from("no JPEG")])
    expect(jpegSize(bytes)).toBeUndefined();
  const frame = baseline.indexOf(Buffer.from([0xff, 0xc0]));
  for (let length = 0; length < frame + 9; length++)
    expect(jpegSize(baseline.subarray(0, length))).toBeUndefined();
});
