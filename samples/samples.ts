import path from "node:path";

/** The sample pages of the project. The file `<document_type>.txt` beside each image is its true text. */
export type Sample = Readonly<{
  titleNumber: string;
  documentType: string;
  extension: "png" | "jpg" | "jpeg";
  dpi: number;
}>;

export const samples = [
  { titleNumber: "OW12345678", documentType: "lease", extension: "png", dpi: 200 },
  { titleNumber: "OW12345678", documentType: "register", extension: "png", dpi: 200 },
  { titleNumber: "OW23456789", documentType: "transfer", extension: "jpg", dpi: 200 },
  { titleNumber: "OW34567890", documentType: "conveyance", extension: "jpg", dpi: 240 },
  { titleNumber: "OW45678901", documentType: "charge", extension: "png", dpi: 200 },
  { titleNumber: "OW56789012", documentType: "agreement", extension: "png", dpi: 200 },
  { titleNumber: "OW67890123", documentType: "deed", extension: "jpeg", dpi: 300 },
  { titleNumber: "AB123456", documentType: "title_plan", extension: "png", dpi: 200 },
] as const satisfies readonly Sample[];

/** Absolute path of the folder that the paths below start from. */
export const samplesFolder = path.join(import.meta.dirname, "scans");

/** Relative to `samplesFolder`. */
export const imagePath = (sample: Sample): string => `${textStem(sample)}.${sample.extension}`;
export const truthPath = (sample: Sample): string => `${textStem(sample)}.txt`;

function textStem({ titleNumber, documentType }: Sample): string {
  return `${titleNumber}/${documentType}`;
}
