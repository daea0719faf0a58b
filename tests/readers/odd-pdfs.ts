import { writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";

import sharp from "sharp";
import { readTiffPages } from "../../services/ocr-worker/src/documents/image/tiff.ts";
import { rawPdf } from "../documents.ts";
import { drawPage } from "../drawn-page.ts";
import { clause } from "./rich-pdf.ts";

const catalog = "<< /Type /Catalog /Pages 2 0 R >>";
const tree = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>";
const helvetica = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";

/**
 * A hybrid-reference file (ISO 32000-1, 7.5.8.4): as word processors write it. The first table calls the
 * font and the Info dictionary free. The second one is empty and names, as `XRefStm`, a cross-reference
 * stream that has them in an object stream.
 */
export function hybridPdf(): Buffer {
  const content = `BT /F 12 Tf 40 150 Td (${clause}) Tj ET`;
  const page = "/Contents 4 0 R /Resources << /Font << /F 5 0 R >> >>";
  const info = "<< /Title (Hybrid) >>";
  const packed = `5 0 6 ${helvetica.length + 1} `;
  const inside = `${packed}${helvetica} ${info}`;
  const objects = [
    [1, catalog],
    [2, tree],
    [3, `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] ${page} >>`],
    [4, `<< /Length ${content.length} >>\nstream\n${content}\nendstream`],
    [
      7,
      `<< /Type /ObjStm /N 2 /First ${packed.length} /Length ${inside.length} >>
stream
${inside}
endstream`,
    ],
  ] as const;
  let file = "%PDF-1.5\n";
  const offsets = new Map<number, number>();
  const add = (number: number, body: string) => {
    offsets.set(number, file.length);
    file += `${number} 0 obj\n${body}\nendobj\n`;
  };
  for (const [number, body] of objects) add(number, body);
  // The kind of entry, the object stream, and the place in it.
  const rows = Buffer.from([2, 7, 0, 2, 7, 1]).toString("latin1");
  const fields = "/Type /XRef /Size 9 /W [1 1 1] /Index [5 2] /Root 1 0 R /Length 6";
  add(8, `<< ${fields} >>\nstream\n${rows}\nendstream`);
  const entry = (number: number) => {
    const offset = offsets.get(number);
    return offset === undefined ? "0000000000 65535 f \n" : `${String(offset).padStart(10, "0")} 00000 n \n`;
  };
  const table = Array.from({ length: 9 }, (_, number) => entry(number)).join("");
  const first = file.length;
  file += `xref\n0 9\n${table}trailer\n<< /Size 9 /Root 1 0 R >>\nstartxref\n${first}\n%%EOF\n`;
  const second = file.length;
  const trailer = `/Size 9 /Root 1 0 R /Info 6 0 R /Prev ${first} /XRefStm ${offsets.get(8)}`;
  file += `xref\n0 0\ntrailer\n<< ${trailer} >>\nstartxref\n${second}\n%%EOF\n`;
  return Buffer.from(file, "latin1");
}

/** A page with a CCITT image and the same picture as JBIG2, and their data. */
export async function bitonalPdf() {
  const size = { width: 400, height: 200 };
  const grey = drawPage([clause, clause], { ...size, fontSize: 20 })
    .flatten()
    .toColourspace("b-w");
  const raw = { ...size, channels: 1 } as const;
  const tiff = await sharp(await grey.raw().toBuffer(), { raw })
    .toColourspace("b-w")
    .tiff({ compression: "ccittfax4", bitdepth: 1 })
    .toBuffer();
  const ccitt = await groupFour(tiff);
  const jbig2 = jbig2Of(ccitt, size);
  const kind = "/Type /XObject /Subtype /Image /ColorSpace /DeviceGray /BitsPerComponent 1";
  const image = `${kind} /Width 400 /Height 200`;
  const pdf = rawPdf(
    catalog,
    tree,
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 400] /Contents 4 0 R /Resources << /XObject << /A " +
      "5 0 R /B 6 0 R >> >> >>",
    { dictionary: "", stream: Buffer.from("q 400 0 0 200 0 200 cm /A Do Q q 400 0 0 200 0 0 cm /B Do Q") },
    {
      dictionary: `${image} /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 400 /Rows 200 >>`,
      stream: ccitt,
    },
    { dictionary: `${image} /Filter /JBIG2Decode`, stream: jbig2 },
  );
  return { pdf, streams: { ccitt, jbig2 } };
}

async function groupFour(tiff: Buffer): Promise<Buffer> {
  const [page] = readTiffPages(tiff);
  const [strip, ...others] = page?.fax?.strips ?? [];
  if (!strip || others.length > 0) throw new Error("the TIFF is not one strip of CCITT Group 4");
  return strip.data;
}

/** JBIG2 for a PDF (ITU-T T.88): a page and a generic region whose coding is that of CCITT Group 4. */
function jbig2Of(ccitt: Buffer, { width, height }: { width: number; height: number }): Buffer {
  const words = (...numbers: number[]) => {
    const bytes = Buffer.alloc(4 * numbers.length);
    for (const [index, number] of numbers.entries()) bytes.writeUInt32BE(number, 4 * index);
    return bytes;
  };
  const segment = (number: number, type: number, data: Buffer) =>
    Buffer.concat([words(number), Buffer.from([type, 0, 1]), words(data.length), data]);
  const page = Buffer.concat([words(width, height, 0, 0), Buffer.from([0, 0, 0])]);
  const isGroupFour = 1;
  const region = Buffer.concat([words(width, height, 0, 0), Buffer.from([0, isGroupFour]), ccitt]);
  return Buffer.concat([segment(0, 48, page), segment(1, 38, region)]);
}

const signatureBytes = 4000;

/** A page with a signature field, signed by OpenSSL with a certificate of its own. */
export async function signedPdf(folder: string): Promise<Buffer> {
  const room = "0".repeat(2 * signatureBytes);
  const range = "[0 0000000000 0000000000 0000000000]";
  const content = `BT /F 12 Tf 40 150 Td (${clause}) Tj ET`;
  const unsigned = rawPdf(
    "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] /SigFlags 3 >> >>",
    tree,
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] /Contents 4 0 R /Annots [6 0 R] /Resources << " +
      "/Font << /F 5 0 R >> >> >>",
    { dictionary: "", stream: Buffer.from(content) },
    helvetica,
    "<< /Type /Annot /Subtype /Widget /FT /Sig /T (signature) /Rect [0 0 0 0] /P 3 0 R /V 7 0 R >>",
    `<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /ByteRange ${range}
/Contents <${room}> >>`,
  ).toString("latin1");
  const start = unsigned.indexOf(`<${room}>`);
  const end = start + room.length + 2;
  const numbers = [start, end, unsigned.length - end].map((number) => String(number).padStart(10, "0"));
  const ranged = unsigned.replace(range, `[0 ${numbers.join(" ")}]`);
  const file = (name: string) => path.join(folder, name);
  await writeFile(file("signed"), Buffer.from(ranged.slice(0, start) + ranged.slice(end), "latin1"));
  const certificate = ["-keyout", file("key"), "-out", file("certificate"), "-subj", "/CN=Quill"];
  await execa("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...certificate]);
  const signer = ["-signer", file("certificate"), "-inkey", file("key"), "-outform", "DER"];
  // One signature of 256 ends with the byte of a line break.
  const options = { encoding: "buffer", stripFinalNewline: false } as const;
  const { stdout } = await execa(
    "openssl",
    ["cms", "-sign", "-binary", "-md", "sha256", "-in", file("signed"), ...signer],
    options,
  );
  const signature = Buffer.from(stdout).toString("hex").padEnd(room.length, "0");
  return Buffer.from(ranged.replace(room, signature), "latin1");
}
