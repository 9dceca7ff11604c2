import type { FieldChange, FieldName } from '../packet/layers.ts';
import type { Redaction } from '../packet/redact.ts';

/** Their values tell of what is left out, or are others in what is written. */
const UNTOLD: ReadonlySet<FieldName> = new Set([
  'payload',
  'icmp.quoted',
  'ip.options',
  'tcp.options',
  'ip.checksum',
  'tcp.checksum',
  'udp.checksum',
  'icmp.checksum',
]);

/** What changed, for the comment of a redacted frame: without the values that nobody else is to see. */
export function redactChange({ field, before, after }: FieldChange, { addresses }: Redaction): FieldChange {
  if (UNTOLD.has(field)) return { field, before: '', after: '' };
  if (!addresses) return { field, before, after };
  return { field, before: addresses.text(before), after: addresses.text(after) };
}
