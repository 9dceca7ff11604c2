import { frameHash } from '../../../packet/hash.ts';

/** The name under which a file's recording is kept: short, and no other file's. */
export function recordingName(uri: string): string {
  const bytes = new TextEncoder().encode(uri);
  const tail = uri.slice(uri.lastIndexOf('/') + 1).replace(/[^\w.-]/g, '_');
  return `${frameHash(bytes, 0, bytes.length).toString(36)}-${tail}`;
}
