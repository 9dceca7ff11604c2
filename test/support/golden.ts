import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Compares text with the file `NAME.golden.txt` beside the test. `UPDATE_GOLDEN=1` writes it anew, never under CI;
 * read the difference before you commit it.
 */
export function golden(testUrl: string, name: string, text: string): void {
  const file = fileURLToPath(new URL(`golden/${name}.golden.txt`, testUrl));
  if (process.env['UPDATE_GOLDEN'] && !process.env['CI']) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  assert.ok(
    existsSync(file),
    `${file} is missing: run the tests with UPDATE_GOLDEN=1 and read what they wrote`,
  );
  assert.equal(text, readFileSync(file, 'utf8'));
}
