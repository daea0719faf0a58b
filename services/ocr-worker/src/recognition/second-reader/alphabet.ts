/** Tesseract's codes of languages in Latin letters whose characters the model knows. */
const LATIN_LANGUAGES = new Set(
  (
    "afr aze bos bre cat ceb ces cos cym dan deu eng enm epo est eus fao fil fin fra frm fry gla gle glg " +
    "hat hrv hun ind isl ita ita_old jav lat lav lit ltz mlt mri msa nld nor oci pol por que ron slk slv " +
    "spa spa_old sqi srp_latn sun swa swe ton tur"
  ).split(" "),
);

/** Signs and currencies of all languages in Latin letters. */
const SIGNS = "!-\\[\\]^-~\u00a1-\u00bf\u2010-\u203a\u20a0-\u20bf\u2122";
/** Without its limits the model reads dirt above an English letter as an accent. */
const LETTERS: Readonly<Record<string, string>> = {
  eng: "\u00e9",
  cym: "\u00c0-\u00d6\u00d9-\u00dd\u00e0-\u00f6\u00f9-\u00ff\u0174-\u0178",
};
const ALL_LETTERS = "\u00c0-\u024f";

/** Whether the second reader can read them all. It would read letters of other scripts as Latin ones. */
export function areLatin(languages: readonly string[]): boolean {
  return languages.every((language) => LATIN_LANGUAGES.has(language));
}

/** Matches each character of these languages. The model also knows thousands of Chinese ones. */
export function alphabetOf(languages: readonly string[]): RegExp {
  const letters = languages.map((language) => LETTERS[language] ?? ALL_LETTERS).join("");
  return new RegExp(`^[${SIGNS}${letters}]$`);
}
