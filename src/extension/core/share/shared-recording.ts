import type { Locale, Translate } from '../../../l10n/translate.ts';
import type { LabRecording } from '../labs/lab-recording.ts';
import { readRecording, savedParts, type SavedSource } from '../labs/saved-recording.ts';
import { fromBase64, toBase64 } from './base64.ts';

/** What a shared page is told beside its recording. */
export interface SharedHead {
  /** The topology file's name without its folder. */
  readonly file: string;
  /** The language that it begins in. */
  readonly locale: Locale;
  /** What the panel keeps of its view: the filter, the lanes; the page begins with it. */
  readonly view?: Readonly<Record<string, unknown>> | undefined;
}

/** Everything: whoever shares a recording shares what is kept of it. */
const ALL = { events: Infinity, bytes: Infinity };

/** The head's length comes before it: a 32-bit number, little endian. */
const LENGTH = 4;

/** A recording as text of one line, without a character that means anything in HTML: deflated, in base64. */
export async function packRecording(head: SharedHead, source: SavedSource): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify(head));
  const length = new Uint8Array(LENGTH);
  new DataView(length.buffer).setUint32(0, text.length, true);
  const pieces: Uint8Array[] = [length, text];
  for (const part of savedParts(source, ALL)) if (part) pieces.push(part);
  return toBase64(await through(new CompressionStream('deflate-raw'), pieces));
}

export interface SharedRecording {
  readonly head: SharedHead;
  /** Read anew for each language: what a report says is text. Undefined for what this version cannot read. */
  recording(translate: Translate): Promise<LabRecording | undefined>;
}

/** Rejects for what `packRecording` did not make. */
export async function unpackRecording(text: string): Promise<SharedRecording> {
  const bytes = await through(new DecompressionStream('deflate-raw'), [fromBase64(text)]);
  const end = LENGTH + new DataView(bytes.buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(LENGTH, end))) as SharedHead;
  const limits = { maxFrames: Infinity, maxBytes: Infinity };
  return { head, recording: (translate) => readRecording([bytes.subarray(end)], limits, translate) };
}

async function through(
  stream: CompressionStream | DecompressionStream,
  pieces: readonly Uint8Array[],
): Promise<Uint8Array<ArrayBuffer>> {
  const writer = (stream.writable as WritableStream<Uint8Array>).getWriter();
  // What goes wrong is told by the reader.
  const written = (async () => {
    for (const piece of pieces) await writer.write(piece);
    await writer.close();
  })().catch(() => undefined);
  const bytes = new Uint8Array(
    await new Response(stream.readable as ReadableStream<Uint8Array>).arrayBuffer(),
  );
  await written;
  return bytes;
}
