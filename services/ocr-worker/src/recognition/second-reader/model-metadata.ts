/** The fields of an ONNX file (onnx.proto) that are read here: ModelProto's, and those of its entries. */
const METADATA = 14;
const KEY = 1;
const VALUE = 2;

/** The wire types of protocol buffers. */
const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;

/**
 * The texts that an ONNX file carries beside its network, by their names. onnxruntime-node does not give them
 * away. Throws if the bytes are not a protocol buffer.
 */
export function modelMetadata(model: Uint8Array): Map<string, string> {
  const metadata = new Map<string, string>();
  const text = new TextDecoder();
  for (const [field, entry] of fieldsOf(model)) {
    if (field !== METADATA) continue;
    const parts = new Map(fieldsOf(entry));
    metadata.set(text.decode(parts.get(KEY)), text.decode(parts.get(VALUE)));
  }
  return metadata;
}

/** The fields of a message that contain bytes. All others are skipped. */
function* fieldsOf(message: Uint8Array): Generator<[field: number, content: Uint8Array]> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; at < message.length; scale *= 128) {
      const byte = message[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new Error("The model's file ends in the middle of a number");
  };
  while (at < message.length) {
    const tag = varint();
    const [field, type] = [Math.floor(tag / 8), tag % 8];
    if (type === BYTES) {
      const length = varint();
      if (at + length > message.length) throw new Error("The model's file is cut off");
      yield [field, message.subarray(at, at + length)];
      at += length;
    } else if (type === VARINT) varint();
    else if (type === FIXED_64) at += 8;
    else if (type === FIXED_32) at += 4;
    else throw new Error(`The model's file has a field of the unknown type ${type}`);
  }
}
