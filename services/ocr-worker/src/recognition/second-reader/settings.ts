/** Which words are read again: none, those that tesseract is not sure of, or all. */
export const secondReaderModes = ["off", "doubtful", "always"] as const;

/** A second reader. `model`: the folder of its model. */
export type SecondReaderSettings = {
  mode: Exclude<(typeof secondReaderModes)[number], "off">;
  model: string;
};
