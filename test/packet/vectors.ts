import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedFolder } from '../support/shared.ts';

/** A suite over test packets recorded elsewhere. */
export function describeWithVectors(title: string, body: () => void): void {
  if (sharedFolder) describe(title, body);
}

/** A file of that folder, parsed; a missing one fails. */
export function vectors(name: string): unknown {
  return JSON.parse(readFileSync(join(sharedFolder!, 'vectors', name), 'utf8'));
}

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
