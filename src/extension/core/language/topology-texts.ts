import { TopologyText } from './topology-text.ts';

/** More files nobody has in hand at once. */
const MOST_FILES = 16;

/** What is known of the present text of each file: whoever asks, language features or labs, a version is read once. */
export class TopologyTexts {
  /** By address; the one that was asked for last is the last. */
  readonly #texts = new Map<string, TopologyText>();

  /** @param uri The file's address, as text. @param name Its name without folders. */
  of({
    uri,
    name,
    text,
  }: {
    readonly uri: string;
    readonly name: string;
    readonly text: string;
  }): TopologyText {
    const known = this.#texts.get(uri);
    const topology = known?.text === text && known.fileName === name ? known : new TopologyText(text, name);
    this.#texts.delete(uri);
    this.#texts.set(uri, topology);
    if (this.#texts.size > MOST_FILES) this.#texts.delete(this.#texts.keys().next().value!);
    return topology;
  }
}
