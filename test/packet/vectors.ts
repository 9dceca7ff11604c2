import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Context } from 'mocha';

const folder = new URL('../../../shared/vectors/', import.meta.url);

/**
 * Test packets of the shared folder beside the project, read where they stand. Where the folder is missing (a user's
 * clone) the tests are left out and say so; under CI that is a failure.
 */
export function vectors(context: Context, name: string): unknown {
  const file = fileURLToPath(new URL(name, folder));
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  if (process.env['CI']) throw new Error(`${file} is missing`);
  return context.skip();
}

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
