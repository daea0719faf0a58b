import type { OrderRecord } from "@orbital-witness/common/orders/order.ts";
import { documentName } from "../../../document-name.ts";
import { escapeMarkup } from "../../markup.ts";

export const wordNamespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

/** Begins each XML file of a .docx. */
export const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const packages = "http://schemas.openxmlformats.org/package/2006";
const relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const wordType = "application/vnd.openxmlformats-officedocument.wordprocessingml";

const contentTypes = `<Types xmlns="${packages}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml" ContentType="${wordType}.document.main+xml"/>
<Override PartName="/word/styles.xml" ContentType="${wordType}.styles+xml"/>
<Override PartName="/word/settings.xml" ContentType="${wordType}.settings+xml"/>
<Override PartName="/docProps/core.xml"
  ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>
</Types>`;

const packageRelations = `<Relationships xmlns="${packages}/relationships">
<Relationship Id="document" Type="${relations}/officeDocument" Target="word/document.xml"/>
<Relationship Id="properties" Type="${packages}/relationships/metadata/core-properties"
  Target="docProps/core.xml"/>
</Relationships>`;

const documentRelations = `<Relationships xmlns="${packages}/relationships">
<Relationship Id="styles" Type="${relations}/styles" Target="styles.xml"/>
<Relationship Id="settings" Type="${relations}/settings" Target="settings.xml"/>
</Relationships>`;

const font = "Times New Roman";
/** `Doubtful` is a style, so that one change of it removes all marks. */
const styles = `<w:styles xmlns:w="${wordNamespace}">
<w:docDefaults>
<w:rPrDefault><w:rPr>
<w:rFonts w:ascii="${font}" w:hAnsi="${font}" w:eastAsia="${font}" w:cs="${font}"/>
<w:sz w:val="22"/><w:szCs w:val="22"/><w:lang w:val="en-GB"/>
</w:rPr></w:rPrDefault>
<w:pPrDefault><w:pPr><w:spacing w:after="120"/></w:pPr></w:pPrDefault>
</w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>
<w:style w:type="character" w:customStyle="1" w:styleId="Doubtful">
<w:name w:val="Doubtful word"/><w:qFormat/>
<w:rPr><w:shd w:val="clear" w:color="auto" w:fill="FFF2CC"/></w:rPr>
</w:style>
</w:styles>`;

/** Without a mode, Word opens the file as one of Word 2007. */
const settings = `<w:settings xmlns:w="${wordNamespace}">
<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word"
  w:val="15"/></w:compat>
</w:settings>`;

/** The files of a .docx but for `word/document.xml`, by name. The content types must be first. */
export function fixedParts(order: OrderRecord): [name: string, content: string][] {
  const made = new Date(order.finished_ms ?? 0).toISOString();
  const title = escapeMarkup(documentName(order, " ").replaceAll("_", " "));
  const properties = `<cp:coreProperties xmlns:cp="${packages}/metadata/core-properties"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<dc:title>${title}</dc:title><dc:subject>Order ${order.order_id}</dc:subject>
<dc:creator>orbital-witness</dc:creator>
<dcterms:created xsi:type="dcterms:W3CDTF">${made}</dcterms:created>
</cp:coreProperties>`;
  const parts: [string, string][] = [
    ["[Content_Types].xml", contentTypes],
    ["_rels/.rels", packageRelations],
    ["docProps/core.xml", properties],
    ["word/_rels/document.xml.rels", documentRelations],
    ["word/styles.xml", styles],
    ["word/settings.xml", settings],
  ];
  return parts.map(([name, content]) => [name, declaration + content]);
}
