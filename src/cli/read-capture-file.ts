import type { Capture, CaptureRecord } from '../packet/capture.ts';
import { readCapture } from '../packet/read-capture.ts';
import { CliError, type Cli } from './cli.ts';
import { readBytes } from './files.ts';

const LINK_TYPE_ETHERNET = 1;

/**
 * A pcap or pcapng file, its Ethernet interfaces. What is damaged in it or not Ethernet is told, and the rest is read;
 * throws `CliError` when there is no rest.
 */
export function readCaptureFile(cli: Cli, file: string): Capture {
  const capture = readCapture(readBytes(file));
  const [problem] = capture.problems;
  if (problem !== undefined) {
    const params = { file, at: String(problem.at) };
    if (capture.interfaces.length === 0) throw new CliError('captures.no-capture', params);
    cli.err(cli.translate('captures.damaged', params));
  }
  return ethernetOf(cli, file, capture);
}

/** A cooked or raw capture (`tcpdump -i any`) has lost the MAC addresses that forwarding stands on. */
function ethernetOf(cli: Cli, file: string, capture: Capture): Capture {
  const kept = capture.interfaces.flatMap(({ linkType }, index) =>
    linkType === LINK_TYPE_ETHERNET ? [index] : [],
  );
  const other = capture.interfaces.find(({ linkType }) => linkType !== LINK_TYPE_ETHERNET);
  if (other === undefined) return capture;
  const params = { file, link: String(other.linkType) };
  if (kept.length === 0) throw new CliError('captures.not-ethernet', params);
  cli.err(cli.translate('captures.partly-ethernet', params));
  const records = capture.records.flatMap((record): CaptureRecord[] => {
    const place = kept.indexOf(record.interface);
    return place < 0 ? [] : [{ ...record, interface: place }];
  });
  return { ...capture, interfaces: kept.map((index) => capture.interfaces[index]!), records };
}
