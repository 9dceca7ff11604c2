import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder that holds `vectors/`: test packets recorded elsewhere, which are no part of the project. */
const folder = process.env['LB_LAB_SHARED'];

/**
 * A suite over test packets recorded elsewhere: an extra where LB_LAB_SHARED names their folder, and nothing elsewhere
 * (`npm test` lists it as left out).
 */
export function describeWithVectors(title: string, body: () => void): void {
  if (folder) describe(title, body);
}

/** A file of that folder, parsed; a missing one fails. */
export function vectors(name: string): unknown {
  return JSON.parse(readFileSync(join(folder!, 'vectors', name), 'utf8'));
}

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
