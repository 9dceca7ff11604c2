import { checksumFilled } from './frames/checksums.ts';
import { isReadable, linkFrame } from './frames/link-layer.ts';
import { SegmentSizes } from './frames/segment-sizes.ts';
import { untagged } from './frames/tags.ts';
import { lengthOf, trimmed } from './frames/trimmed.ts';
import { MacUses } from './other-macs.ts';
import { ArpClaims, Port } from './port.ts';
import { etherTypeName, groupName, groupOf, isOfModels } from './protocols.ts';
import type { CaptureSource } from './source.ts';
import { AT_ONCE, finished, type Steps } from './steps.ts';

/** A frame as Ethernet II, without tags, padding and check sequence. */
export interface PlainFrame {
  readonly port: Port;
  readonly source: number;
  /** In its file, from 1. */
  readonly number: number;
  readonly timeNs: bigint;
  readonly bytes: Uint8Array;
  readonly originalLength: number;
  readonly direction?: 'in' | 'out';
  /** Its destination is the interface's own MAC, which the file does not name. */
  readonly isToUs?: boolean;
}

/** What there is in the files, before it is known where they were recorded. */
export interface Collected {
  /** Of IPv4 for one host and of ARP, file by file. */
  readonly frames: readonly PlainFrame[];
  /** In the order of the files and their interfaces; also those without frames. */
  readonly ports: readonly Port[];
  readonly claims: ArpClaims;
  readonly macUses: MacUses;
  readonly segmentSizes: SegmentSizes;
  /** Frames whose checksum the sender had left to its card: it is filled in. */
  readonly filled: number;
  /** Of each source the packets of its cooked capture that no Ethernet interface saw. */
  readonly noEthernet: readonly number[];
}

export function collect(sources: readonly CaptureSource[]): Collected {
  return finished(collecting(sources));
}

/** The same in steps. */
export function* collecting(sources: readonly CaptureSource[]): Steps<Collected> {
  const frames: PlainFrame[] = [];
  const ports: Port[] = [];
  const claims = new ArpClaims();
  const macUses = new MacUses();
  const segmentSizes = new SegmentSizes();
  const noEthernet = sources.map(() => 0);
  const total = sources.reduce((sum, { capture }) => sum + capture.records.length, 0);
  let looked = 0;
  let filled = 0;
  for (const [source, { capture }] of sources.entries()) {
    const portOf = portsOf(source, capture.interfaces, ports);
    for (const [place, record] of capture.records.entries()) {
      if (++looked % AT_ONCE === 0) yield looked / total;
      const { linkType } = capture.interfaces[record.interface]!;
      if (!isReadable(linkType)) continue;
      const link = linkFrame(record.bytes, record.originalLength, linkType);
      if (link === undefined) {
        noEthernet[source]!++;
        continue;
      }
      const { bytes, vlan } = untagged(link.bytes);
      const port = portOf(record.interface, link.device, vlan);
      const direction = link.direction ?? record.direction;
      port.see(bytes, direction);
      if (vlan !== '') port.tagged++;
      if (!isOfModels(bytes)) {
        const name = etherTypeName(bytes);
        port.others.set(name, (port.others.get(name) ?? 0) + 1);
        continue;
      }
      const group = groupOf(bytes);
      if (group) {
        port.groups[group]++;
        const name = groupName(bytes);
        port.groupNames.set(name, (port.groupNames.get(name) ?? 0) + 1);
        continue;
      }
      const plain = plainBytes(bytes, link.originalLength - (link.bytes.length - bytes.length));
      if (plain.isFilled) filled++;
      claims.see(plain.bytes);
      macUses.see(plain.bytes, port, direction);
      segmentSizes.look(plain.bytes);
      frames.push({
        port,
        source,
        number: place + (capture.first ?? 1),
        timeNs: record.timeNs,
        bytes: plain.bytes,
        originalLength: plain.originalLength,
        ...(direction && { direction }),
        ...(link.isToUs && { isToUs: true }),
      });
    }
  }
  return { frames, ports, claims, macUses, segmentSizes, filled, noEthernet };
}

function plainBytes(
  bytes: Uint8Array,
  originalLength: number,
): { readonly bytes: Uint8Array; readonly originalLength: number; readonly isFilled: boolean } {
  const length = lengthOf(bytes, originalLength);
  const cut = trimmed(bytes, length);
  const filled = checksumFilled(cut, length);
  return { bytes: filled ?? cut, originalLength: length, isFilled: filled !== undefined };
}

/** Finds a frame's port, and makes one for what was not seen before. */
function portsOf(
  source: number,
  interfaces: CaptureSource['capture']['interfaces'],
  ports: Port[],
): (index: number, device: number | undefined, vlan: string) => Port {
  const own = new Map<string, Port>();
  const make = (index: number, suffix: string): Port => {
    const port = new Port(source, index, suffix, interfaces[index]!);
    own.set(`${index}${suffix}`, port);
    ports.push(port);
    return port;
  };
  for (const [index, { linkType }] of interfaces.entries()) if (linkType === 1) make(index, '');
  const plain = interfaces.map((_, index) => own.get(String(index)));
  return (index, device, vlan) => {
    if (device === undefined && vlan === '' && plain[index]) return plain[index];
    const suffix = `${device === undefined ? '' : `%${device}`}${vlan === '' ? '' : `.${vlan}`}`;
    return own.get(`${index}${suffix}`) ?? make(index, suffix);
  };
}
