import { readFile } from "node:fs/promises";
import path from "node:path";
import type { GreyImage } from "../grey-image.ts";
import { toSharp } from "../preparation/picture.ts";
import { alphabetOf } from "./alphabet.ts";
import { type Character, decodeCtc } from "./ctc.ts";
import { modelMetadata } from "./model-metadata.ts";

/** The name of the model's file in its folder. */
export const MODEL_FILE = "PP-OCRv6_rec_small.onnx";

/** The model reads pictures of this height, in pixels. */
const HEIGHT = 48;
/** A longer line is compressed. This bounds the memory that one line takes. */
const MOST_WIDTH = 3200;
/** The model halves the width three times. */
const WIDTH_STEP = 8;

/** Reads the picture of one line of dark, horizontal text. */
export type Recogniser = { read(line: GreyImage): Promise<Character[]>; close(): Promise<void> };

/**
 * Loads the model from a folder, to read these languages. Each line is read by itself and nothing is kept, so
 * a reading does not depend on others. Throws if the file is missing or is not the model.
 */
export async function openRecogniser(folder: string, languages: readonly string[]): Promise<Recogniser> {
  // Without a second reader the image does not contain the runtime.
  const { InferenceSession, Tensor } = await import("onnxruntime-node");
  const model = await readFile(path.join(folder, MODEL_FILE));
  const classes = classesOf(model, alphabetOf(languages));
  const session = await InferenceSession.create(model, {
    // A worker reads one page at a time on one core.
    ...{ intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: "sequential" },
    // Lines differ in width, so neither would find a pattern to reuse, but would keep memory.
    ...{ enableCpuMemArena: false, enableMemPattern: false },
  });
  const [input = "", output = ""] = [session.inputNames[0], session.outputNames[0]];
  return {
    async read(line) {
      const { data, width } = await tensorOf(line);
      const found = await session.run({ [input]: new Tensor("float32", data, [1, 3, HEIGHT, width]) });
      const scores = found[output]?.data;
      if (!(scores instanceof Float32Array)) throw new Error("The model answers with something else");
      return decodeCtc(scores, classes);
    },
    close: () => session.release(),
  };
}

/**
 * What the model's classes stand for, in their order: the blank, the characters of its metadata, and a space.
 * A letter whose accent is not in the alphabet is read without it. Others that are not are undefined.
 */
function classesOf(model: Uint8Array, alphabet: RegExp): (string | undefined)[] {
  const characters = modelMetadata(model).get("character");
  if (characters === undefined) throw new Error("The model does not say which characters it reads");
  const known = (text: string) => [text, text.normalize("NFD").charAt(0)].find((each) => alphabet.test(each));
  return ["", ...characters.split("\n").map(known), " "];
}

/** Three equal channels of levels from -1 to 1. */
async function tensorOf(line: GreyImage): Promise<{ data: Float32Array; width: number }> {
  const wanted = Math.ceil((line.width * HEIGHT) / line.height / WIDTH_STEP) * WIDTH_STEP;
  const width = Math.min(MOST_WIDTH, Math.max(WIDTH_STEP, wanted));
  const scaled = await toSharp(line).resize({ width, height: HEIGHT, fit: "fill" }).raw().toBuffer();
  const channel = Float32Array.from(scaled, (level) => level / 127.5 - 1);
  const data = new Float32Array(3 * channel.length);
  for (let index = 0; index < 3; index++) data.set(channel, index * channel.length);
  return { data, width };
}
