import { joined } from '../packet/bytes.ts';

/** What there is in Node and in browsers, as far as it is used here. */
declare const DecompressionStream: new (format: 'gzip') => {
  readonly writable: {
    getWriter(): { write(bytes: Uint8Array): Promise<void>; close(): Promise<void>; abort(): Promise<void> };
  };
  readonly readable: {
    getReader(): {
      read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array }>;
      cancel(): Promise<void>;
    };
  };
};

/** The bytes of a file in their order, cut anywhere. */
export type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** More than this is not taken out of one file. */
const MOST_BYTES = 2 ** 31;

/** Whether the bytes begin like a gzip file (RFC 1952). */
function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** What was packed; of a damaged file, or one that unpacks to gigabytes, what comes first. Other bytes as they are. */
export async function* gunzip(
  pieces: Pieces,
  most = MOST_BYTES,
): AsyncGenerator<Uint8Array, void, undefined> {
  const all = begun(pieces);
  const { done, value } = await all.next();
  if (done) return;
  if (isGzip(value)) yield* unpacked(value, all, most);
  else {
    yield value;
    yield* all;
  }
}

/** The first piece has two bytes at least, if there are so many. */
async function* begun(pieces: Pieces): AsyncGenerator<Uint8Array, void, undefined> {
  let first: Uint8Array | undefined;
  let isBegun = false;
  for await (const piece of pieces) {
    if (isBegun) {
      yield piece;
      continue;
    }
    first = first === undefined ? piece : joined([first, piece]);
    isBegun = first.length >= 2;
    if (isBegun) yield first;
  }
  if (!isBegun && first !== undefined) yield first;
}

async function* unpacked(
  first: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
  most: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { writable, readable } = new DecompressionStream('gzip');
  const writer = writable.getWriter();
  const pack = async (): Promise<void> => {
    await writer.write(first);
    for await (const piece of rest) await writer.write(piece);
    await writer.close();
  };
  // The reader is told of it.
  pack().catch(() => writer.abort().catch(() => undefined));
  const reader = readable.getReader();
  let length = 0;
  try {
    for (let piece = await reader.read(); piece.value; piece = await reader.read()) {
      length += piece.value.length;
      yield piece.value;
      if (length > most) break;
    }
  } catch {
    // Cut or damaged: what was read so far is still a capture that ends early.
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
