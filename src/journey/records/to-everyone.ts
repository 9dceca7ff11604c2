import { BROADCAST_MAC, type Mac } from '../../packet/address.ts';
import { GROUP_MAC } from '../../packet/vrrp.ts';

/** Whether a frame to this address comes to every machine on the link, of which none is named. Other groups are foreign. */
export function isToEveryone(destination: Mac): boolean {
  return destination === BROADCAST_MAC || destination === GROUP_MAC;
}
