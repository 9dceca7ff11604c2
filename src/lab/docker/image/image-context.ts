import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pack } from 'tar-stream';

/** A file of the image's build context; the path is relative, with slashes. */
export interface ContextFile {
  readonly path: string;
  readonly content: Buffer;
}

/** Every file below a folder, in the order of its path's bytes. */
export function readContext(folder: string): ContextFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({
      path: file.slice(folder.length).replaceAll('\\', '/').replace(/^\/+/, ''),
      // The same content on Windows, where git may have written other line ends.
      content: Buffer.from(readFileSync(file, 'utf8').replaceAll('\r\n', '\n')),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Twelve hexadecimal digits that change with any file's path or content, and with nothing else. */
export function contextDigest(files: readonly ContextFile[]): string {
  const hash = createHash('sha256');
  for (const { path, content } of files) hash.update(`${path}\0${content.length}\0`).update(content);
  return hash.digest('hex').slice(0, 12);
}

/** A tar archive with fixed owners, modes and times, so that the engine's build cache knows it again. */
export async function packContext(files: readonly ContextFile[]): Promise<Buffer> {
  const archive = pack();
  for (const { path, content } of files) {
    archive.entry({ name: path, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0 }, content);
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
