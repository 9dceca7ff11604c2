import { readFileSync } from 'node:fs';

/** IFF_UP of netdevice(7). */
const UP = 1;

/** Whether the interface is up; undefined when it is gone. */
export function isUp(device: string): boolean | undefined {
  try {
    return (Number(readFileSync(`/sys/class/net/${device}/flags`, 'latin1')) & UP) !== 0;
  } catch {
    return undefined;
  }
}

/** Frames that crossed a network interface so far, both ways, as the kernel counts them; 0 when it is gone. */
export function framesAcross(device: string): number {
  const read = (name: string) =>
    Number(readFileSync(`/sys/class/net/${device}/statistics/${name}`, 'latin1').trim());
  try {
    return read('rx_packets') + read('tx_packets');
  } catch {
    return 0;
  }
}
