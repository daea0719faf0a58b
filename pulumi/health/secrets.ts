/** Environment variables whose values are secret. A program test checks that every secret has such a name. */
const secretName = /(?:KEY|SECRET|PASSWORD|AUTH|TOKEN|USERS|CREDENTIALS)$/i;
/** Shorter texts are no secrets of this stack, and hiding them would make a log unreadable. */
const shortest = 12;
const hidden = "***";

/** Things that are secret wherever they come from. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/gs, hidden],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s/@":]*:)[^\s/@"]+@/gi, `$1${hidden}@`],
  [/\b(Bearer|Basic) +[\w.~+/=-]{8,}/gi, `$1 ${hidden}`],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g, hidden],
  [
    /(\b(?:pass|password|secret|api[-_]?key|requirepass|masterauth)\\?["']?\s*[=:]\s*\\?["']?)[^\s"'\\&,;}]+/gi,
    `$1${hidden}`,
  ],
];

/** The secret texts in the environment of a container, whose lines are `NAME=value`. */
export function secretsOf(environment: readonly string[]): string[] {
  const found = environment.flatMap((line) => {
    const at = line.indexOf("=");
    const [name, value] = [line.slice(0, at), line.slice(at + 1)];
    if (secretName.test(name)) return [value, ...partsOf(value)];
    const password = /^[a-z][a-z0-9+.-]*:\/\/[^/@]*:([^/@]+)@/i.exec(value)?.[1];
    return password === undefined ? [] : [password];
  });
  const long = new Set(found.filter(({ length }) => length >= shortest));
  // The longest first, so that no part of one remains.
  return [...long].sort((one, other) => other.length - one.length);
}

/** The lines and words of a value, and the texts in it if it is JSON, such as the parts of a key. */
function partsOf(value: string): string[] {
  return value.split(/[\s"'{}[\],]+/).map((word) => word.replace(/^#/, ""));
}

/** Replaces these secrets, and what looks like one, by `***`. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  const known = secrets.reduce((rest, secret) => {
    const forms = new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
    return [...forms].reduce((shorter, form) => shorter.replaceAll(form, hidden), rest);
  }, text);
  return patterns.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), known);
}
