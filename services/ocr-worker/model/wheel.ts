/**
 * The Python package that carries the second reader's model. Its files on an index never change, and the hash
 * makes sure of that.
 */
export const wheel = {
  project: "rapidocr",
  file: "rapidocr-3.10.0-py3-none-any.whl",
  sha256: "2fc34e26cd0f48514804a94f8832283039c7334076bff60768b1fed9ad068050",
  /** What is taken out of it: the model, its licence, and who made it. */
  entries: [
    "rapidocr/models/PP-OCRv6_rec_small.onnx",
    "rapidocr-3.10.0.dist-info/licenses/LICENSE",
    "rapidocr-3.10.0.dist-info/licenses/MODEL_LICENSES.md",
  ],
} as const;

/** The index that everybody can reach. */
export const publicIndex = "https://pypi.org/simple";
