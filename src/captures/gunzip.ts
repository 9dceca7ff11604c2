/** What there is in Node and in browsers, as far as it is used here. */
declare const DecompressionStream: new (format: 'gzip') => {
  readonly writable: {
    getWriter(): { write(bytes: Uint8Array): Promise<void>; close(): Promise<void> };
  };
  readonly readable: {
    getReader(): {
      read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array }>;
      cancel(): Promise<void>;
    };
  };
};

/** More than this is not taken out of one file. */
const MOST_BYTES = 2 ** 31;

/** Whether the bytes begin like a gzip file (RFC 1952). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** What was packed; of a damaged file, or one that unpacks to gigabytes, what comes first. Other bytes as they are. */
export async function gunzip(bytes: Uint8Array, most = MOST_BYTES): Promise<Uint8Array> {
  if (!isGzip(bytes)) return bytes;
  const { writable, readable } = new DecompressionStream('gzip');
  const writer = writable.getWriter();
  // It fails where the reader is told the same.
  const ignore = (): void => undefined;
  writer.write(bytes).catch(ignore);
  writer.close().catch(ignore);
  const reader = readable.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for (let piece = await reader.read(); piece.value; piece = await reader.read()) {
      pieces.push(piece.value);
      length += piece.value.length;
      if (length > most) {
        await reader.cancel();
        break;
      }
    }
  } catch {
    // Cut or damaged: what was read so far is still a capture that ends early.
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
