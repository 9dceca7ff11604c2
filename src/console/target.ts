import { type Ipv4, parseIpv4 } from '../packet/address.ts';
import type { ConsoleNode } from './command.ts';

/** An address, or a name of the lab. */
export function targetOf(node: ConsoleNode, text: string): Ipv4 | undefined {
  return parseIpv4(text) ?? node.addressOf(text);
}
