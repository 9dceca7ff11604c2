import type { FieldChange } from '../packet/layers.ts';

/** `ip.ttl 64 → 63`; of a wrapper, that it was put on or taken off, and where it leads. @param names See `Names`. */
export function changeText({ field, before, after }: FieldChange, names: (value: string) => string): string {
  if (field === 'ipip' || field === 'gue')
    return before === '' ? `${field} + [${names(after)}]` : `${field} − [${names(before)}]`;
  return `${field} ${names(before) || '–'} → ${names(after) || '–'}`;
}
