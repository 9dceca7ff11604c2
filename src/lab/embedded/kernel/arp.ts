import { BROADCAST_MAC, type Ipv4, type Mac, NO_MAC } from '../../../packet/address.ts';
import * as arp from '../../../packet/arp.ts';
import { buildArp } from '../../../packet/build.ts';
import * as ethernet from '../../../packet/ethernet.ts';
import * as ipv4 from '../../../packet/ipv4.ts';
import type { Link } from './link.ts';
import type { Neighbours } from './neighbours.ts';
import { isLocal, type KernelSettings } from './settings.ts';

const AT = ethernet.HEADER_LENGTH;

/** An ARP packet came in by `link`: answer it, learn from it, as Linux's `arp_process` does with `arp_accept` 0. */
export function arpArrives(
  settings: KernelSettings,
  neighbours: Neighbours,
  link: Link,
  frame: Uint8Array,
): void {
  if (arp.check(frame, AT, frame.length)) return;
  const operation = arp.operationOf(frame, AT);
  const senderIp = arp.senderIpOf(frame, AT);
  const senderMac = arp.senderMacOf(frame, AT);
  const targetIp = arp.targetIpOf(frame, AT);
  if (operation === arp.REQUEST && isLocal(settings, targetIp)) {
    if (!answers(settings, link, targetIp)) return;
    if (senderIp !== 0) neighbours.learn(link, senderIp, senderMac, 'asked-us');
    const reply = { operation: arp.REPLY, senderMac: link.mac, senderIp: targetIp };
    link.send(buildArp({ arp: { ...reply, targetMac: senderMac, targetIp: senderIp } }));
    return;
  }
  const toUs = ethernet.destinationOf(frame, 0) !== BROADCAST_MAC && operation === arp.REPLY;
  const how = toUs ? 'answered-us' : senderIp === targetIp ? 'announced' : 'overheard';
  neighbours.learn(link, senderIp, senderMac, how);
}

/** `arp_ignore`: 0 answers for every local address on any interface, 1 only for those of the interface asked. */
function answers(settings: KernelSettings, link: Link, targetIp: Ipv4): boolean {
  return settings.sysctls.arp_ignore === 0 || link.address === targetIp;
}

/**
 * Asks who has `target` (Linux `arp_solicit`). `arp_announce` 0 asks in the name of the waiting packet's source when
 * that is ours, which may be a VIP on `lo`; 2 always in the name of the interface.
 */
export function askFor(
  settings: KernelSettings,
  link: Link,
  target: Ipv4,
  mac: Mac | undefined,
  waiting: Uint8Array | undefined,
): void {
  const wanted = waiting === undefined ? link.address : ipv4.sourceOf(waiting, AT);
  const senderIp = settings.sysctls.arp_announce === 0 && isLocal(settings, wanted) ? wanted : link.address;
  const request = {
    operation: arp.REQUEST,
    senderMac: link.mac,
    senderIp,
    targetMac: NO_MAC,
    targetIp: target,
  };
  link.send(buildArp({ ethernet: { source: link.mac, destination: mac ?? BROADCAST_MAC }, arp: request }));
}
