import { AddressReplacement } from '../../packet/address-replacement.ts';
import type { Redaction } from '../../packet/redact.ts';
import type { RedactionChoice } from '../../panel-protocol/messages.ts';

/** What somebody chose to leave out, with addresses of its own: two exports have none in common. */
export function redactionFor({ payload, addresses }: RedactionChoice): Redaction {
  return { payload, addresses: addresses ? new AddressReplacement(random) : undefined };
}

/** Cryptographic, 53 bits of it. */
function random(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return ((high! >>> 5) * 0x400_0000 + (low! >>> 6)) / 0x20_0000_0000_0000;
}
