import { createCipheriv, createDecipheriv, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { Failure } from "../failure.ts";

const ROUNDS = 1_000_000;
const TAG_BYTES = 16;

/**
 * Encrypts and decrypts as Pulumi does with a passphrase: by AES-256-GCM with a PBKDF2-SHA256 key. Encrypted
 * texts have the form `v1:<nonce>:<ciphertext and tag>`. The salt line also contains the encrypted word
 * "pulumi".
 */
export class PassphraseCrypter {
  readonly #key: Buffer;
  /** The stack file's `encryptionsalt`. */
  readonly saltLine: string;

  private constructor(key: Buffer, saltLine: string) {
    this.#key = key;
    this.saltLine = saltLine;
  }

  static create(passphrase: string): PassphraseCrypter {
    const salt = randomBytes(8);
    const key = keyOf(passphrase, salt);
    return new PassphraseCrypter(key, `v1:${salt.toString("base64")}:${encrypt(key, "pulumi")}`);
  }

  /** @throws Failure if the salt line was made with another passphrase */
  static open(passphrase: string, saltLine: string): PassphraseCrypter {
    const [version, salt, ...check] = saltLine.split(":");
    if (version !== "v1" || salt === undefined) {
      throw new Failure(
        "The stack file's encryptionsalt is not of the form that Pulumi writes (v1:...).",
        "Restore the line, or remove it together with every `secure:` value and run `npm start`.",
      );
    }
    const key = keyOf(passphrase, Buffer.from(salt, "base64"));
    const crypter = new PassphraseCrypter(key, saltLine);
    if (crypter.#tryDecrypt(check.join(":")) !== "pulumi") {
      throw new Failure(
        "incorrect passphrase: the encryptionsalt of the stack file was made with another one.",
        "Put the right one into .pulumi-passphrase (or PULUMI_CONFIG_PASSPHRASE). If it is " +
          "lost,\nsee 'A lost passphrase' in docs/troubleshooting.md.",
      );
    }
    return crypter;
  }

  encrypt(text: string): string {
    return encrypt(this.#key, text);
  }

  /** @param name the setting's name, for the message */
  decrypt(sealed: string, name: string): string {
    const text = this.#tryDecrypt(sealed);
    if (text === undefined) {
      throw new Failure(
        `The secret ${name} in the stack file cannot be decrypted: ` +
          "it was encrypted with another passphrase, or changed.",
        `Set it again: npm run pulumi -- config set --secret ${name}`,
      );
    }
    return text;
  }

  /** Returns bytes derived from passphrase, salt and name. The same inputs give the same bytes. */
  derive(name: string): Buffer {
    return createHmac("sha512", this.#key).update(name).digest();
  }

  #tryDecrypt(sealed: string): string | undefined {
    const [version, nonce, body] = sealed.split(":");
    if (version !== "v1" || nonce === undefined || body === undefined) {
      return undefined;
    }
    const bytes = Buffer.from(body, "base64");
    try {
      const options = { authTagLength: TAG_BYTES };
      const decipher = createDecipheriv("aes-256-gcm", this.#key, Buffer.from(nonce, "base64"), options);
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString(
        "utf8",
      );
    } catch {
      return undefined;
    }
  }
}

function keyOf(passphrase: string, salt: Buffer): Buffer {
  return pbkdf2Sync(passphrase, salt, ROUNDS, 32, "sha256");
}

function encrypt(key: Buffer, text: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `v1:${nonce.toString("base64")}:${body.toString("base64")}`;
}
