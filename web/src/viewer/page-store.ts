import type { RequestOptions } from "../api/client.ts";
import type { SinglePage, WordOperation } from "../api/types.ts";
import type { Picture } from "./scan/picture.ts";
import { type PageText, pageText } from "./words/page-words.ts";

/** A step of the preparation, as in the result. Only some steps have a measure. */
export type PreparationStep = {
  step: SinglePage["preparation"][number]["step"];
  degrees?: number;
  factor?: number;
};

type Original = NonNullable<SinglePage["image"]["original"]>;
type Tiles = NonNullable<SinglePage["image"]["tiles"]>;

/**
 * A page that was read, with its pictures. `original`: as it came, if it was turned or straightened. It is
 * shown upright, so that both show the same place. `factor`: how many pixels of the page's picture one pixel
 * of the original takes.
 */
export type ReadPage = {
  number: number;
  pages: number;
  text: PageText;
  picture: Picture;
  original: { picture: Picture; factor: number } | undefined;
  preparation: readonly PreparationStep[];
  /** Mean confidence of the recognised words, from 0 to 100; undefined if there are none. */
  confidence: number | undefined;
  /** How many corrections the page has. */
  revision: number;
  /** Names this revision of the page. */
  tag: string;
};

/** Asks the Order API. Rejects for an answer that is not 2xx. */
export type Send = (path: string, options?: RequestOptions) => Promise<Response>;

/** How many pages stay loaded, so that one can go back and forth. */
const keptPages = 6;

/** The pages of one order's result. Pages and pictures of one file are loaded once. */
export class PageStore {
  readonly #send: Send;
  readonly #pages = new Map<number, Promise<ReadPage>>();
  readonly #base: string;

  constructor(orderId: string, send: Send) {
    this.#send = send;
    this.#base = `/orders/${orderId}/result/pages`;
  }

  page(number: number): Promise<ReadPage> {
    const known = this.#pages.get(number);
    const page = known ?? this.#load(number);
    this.#pages.delete(number);
    this.#pages.set(number, page);
    if (this.#pages.size > keptPages) this.#pages.delete(this.#pages.keys().next().value ?? number);
    // A failure is not kept.
    if (!known) page.catch(() => this.#pages.delete(number));
    return page;
  }

  /** Loads a page that is likely to be shown next, and its picture. */
  async prefetch(number: number): Promise<void> {
    const { picture } = await this.page(number);
    if (!picture.tiles) await picture.load(undefined, new AbortController().signal);
  }

  /** Corrects a page. Rejects with the code `revision_changed` if the page has another revision by now. */
  async correct(page: ReadPage, operations: readonly WordOperation[]): Promise<ReadPage> {
    const answer = await this.#send(`${this.#base}/${page.number}`, {
      method: "PATCH",
      headers: { "Content-Type": "application/json", "If-Match": page.tag },
      body: JSON.stringify({ operations }),
    });
    // The pictures stay, so that they are not loaded again.
    const corrected = { ...page, ...readText(await answer.json(), answer) };
    this.#pages.set(page.number, Promise.resolve(corrected));
    return corrected;
  }

  /** Loads the page again when it is needed next. */
  forget(number: number): void {
    this.#pages.delete(number);
  }

  async #load(number: number): Promise<ReadPage> {
    const answer = await this.#send(`${this.#base}/${number}.json`);
    const json: SinglePage = await answer.json();
    const { image, preparation, pages } = json;
    return {
      ...{ number, pages, preparation },
      picture: this.#picture(json, `${number}`, image.tiles ?? undefined),
      original: image.original ? this.#original(number, image.original, preparation) : undefined,
      ...readText(json, answer),
    };
  }

  #original(
    page: number,
    { scale, ...size }: Original,
    preparation: readonly PreparationStep[],
  ): ReadPage["original"] {
    const turn = preparation.find(({ step }) => step === "rotate")?.degrees ?? 0;
    const { width, height } = turn % 180 === 0 ? size : { width: size.height, height: size.width };
    const picture = this.#picture({ width, height }, `${page}/original`);
    return { picture: { ...picture, turn }, factor: scale };
  }

  #picture({ width, height }: { width: number; height: number }, name: string, tiles?: Tiles): Picture {
    const key = `${this.#base}/${name}`;
    const path = name.endsWith("original") ? `${key}.jpg` : `${key}.png`;
    let file: Promise<Blob> | undefined;
    const blob = async (from: string, signal?: AbortSignal) => (await this.#send(from, { signal })).blob();
    return {
      ...{ width, height, key, tiles },
      load: (place, signal) => {
        if (place) return blob(`${key}/tiles/${place.level}/${place.x}_${place.y}.jpg`, signal);
        file ??= blob(path).catch((error: unknown) => {
          file = undefined;
          throw error;
        });
        return file;
      },
    };
  }
}

/** What a correction changes of a page. */
function readText(json: SinglePage, { headers }: Response) {
  const { confidence, revision } = json;
  return {
    text: pageText(json),
    confidence: confidence ?? undefined,
    ...{ revision, tag: headers.get("ETag") ?? "" },
  };
}
