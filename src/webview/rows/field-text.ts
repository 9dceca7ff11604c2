import type { Text } from '../text.ts';

/** A field's value in words, where it is a code or a verdict; `undefined` where it says itself what it is. */
export function fieldText(field: string, value: string, text: Text): string | undefined {
  if (field === 'arp.opcode' && (value === '1' || value === '2')) return text(`panel.opcode.${value}`);
  if (field.endsWith('.checksum') && (value === 'valid' || value === 'invalid'))
    return text(`panel.checksum.${value}`);
  return undefined;
}
