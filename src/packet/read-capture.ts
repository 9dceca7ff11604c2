import type { Capture } from './capture.ts';
import { isPcap, readPcap } from './pcap.ts';
import { readPcapng } from './pcapng.ts';

/** A capture file of either format, told apart by its first bytes. One that is neither gives a problem. */
export function readCapture(bytes: Uint8Array): Capture {
  return isPcap(bytes) ? readPcap(bytes) : readPcapng(bytes);
}
