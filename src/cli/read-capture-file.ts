import type { Capture, CaptureRecord } from '../packet/capture.ts';
import { readCapture } from '../packet/read-capture.ts';
import { CliError, type Cli } from './cli.ts';
import { readBytes } from './files.ts';

const LINK_TYPE_ETHERNET = 1;

/** What was read of a capture, and where it stood. */
export interface FileCapture extends Capture {
  /** For each record the frame's number in the file, from 1, as Wireshark shows it. */
  readonly numbers: readonly number[];
}

/**
 * A pcap or pcapng file, its Ethernet interfaces. What is damaged in it or not Ethernet is told, and the rest is read;
 * throws `CliError` when there is no rest.
 */
export function readCaptureFile(cli: Cli, file: string): FileCapture {
  const capture = readCapture(readBytes(file));
  const [problem] = capture.problems;
  if (problem !== undefined) {
    const params = { file, at: String(problem.at) };
    if (capture.interfaces.length === 0) throw new CliError('cli.no-capture', params);
    cli.err(cli.translate('cli.damaged-capture', params));
  }
  return ethernetOf(cli, file, capture);
}

/** A cooked or raw capture (`tcpdump -i any`) has lost the MAC addresses that everything here stands on. */
function ethernetOf(cli: Cli, file: string, capture: Capture): FileCapture {
  const kept = capture.interfaces.flatMap(({ linkType }, index) =>
    linkType === LINK_TYPE_ETHERNET ? [index] : [],
  );
  const other = capture.interfaces.find(({ linkType }) => linkType !== LINK_TYPE_ETHERNET);
  if (other === undefined) return { ...capture, numbers: capture.records.map((_, index) => index + 1) };
  const params = { file, link: String(other.linkType) };
  if (kept.length === 0) throw new CliError('cli.not-ethernet', params);
  cli.err(cli.translate('cli.partly-ethernet', params));
  const records: CaptureRecord[] = [];
  const numbers: number[] = [];
  for (const [index, record] of capture.records.entries()) {
    const place = kept.indexOf(record.interface);
    if (place < 0) continue;
    records.push({ ...record, interface: place });
    numbers.push(index + 1);
  }
  return { ...capture, interfaces: kept.map((index) => capture.interfaces[index]!), records, numbers };
}
