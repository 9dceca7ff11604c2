import { NO_MAC, type Mac } from '../packet/address.ts';
import * as ethernet from '../packet/ethernet.ts';
import * as ipv4 from '../packet/ipv4.ts';
import { collect, type PlainFrame } from './collect.ts';
import { infer, type Inference } from './inference/infer.ts';
import { isInitialTtl } from './inference/crossings.ts';
import type { CapturedInterface } from './inference/stations.ts';
import type { Port } from './port.ts';
import type { CaptureSource } from './source.ts';

/** `NODE.SEGMENT`, as LB Lab names interfaces. */
const OUR_NAME = /^([A-Za-z][A-Za-z0-9-]{0,30})\.([A-Za-z][A-Za-z0-9-]{0,30})$/;

/** What recordings tell of a network that nobody described. Each file is a host, unless its interfaces say otherwise. */
export function inferCaptures(sources: readonly CaptureSource[]): Inference {
  const { frames, ports } = collect(sources);
  const own = new Map(ports.map((port): [Port, PlainFrame[]] => [port, []]));
  for (const frame of frames) own.get(frame.port)!.push(frame);
  const captured = ports.map((port): CapturedInterface => {
    const { name, node } = sources[port.source]!;
    const [, host, segment] = OUR_NAME.exec(port.name) ?? [];
    const isOnly = ports.filter(({ source }) => source === port.source).length === 1;
    const mac = port.mac ?? ownMacOf(port.ownMacs(), own.get(port)!, isOnly);
    return {
      host: node ?? host ?? hostOf(name),
      ...(segment !== undefined && { segment }),
      ...(mac !== undefined && { mac }),
    };
  });
  const isOnce = (mac: Mac): boolean => captured.filter((one) => one.mac === mac).length === 1;
  // Two hosts cannot both have it: which of them does is not known.
  const sure = captured.map(({ mac, ...rest }) =>
    mac !== undefined && isOnce(mac) ? { ...rest, mac } : rest,
  );
  const sorted = [...frames].sort(({ timeNs: one }, { timeNs: other }) =>
    one < other ? -1 : one > other ? 1 : 0,
  );
  return infer(sorted, sure);
}

/** The file's name without folders and endings. */
function hostOf(name: string): string {
  return name.replace(/^.*[/\\]/, '').replace(/\..*$/, '');
}

/**
 * Of two MAC addresses that stand in every frame, both ends of one link, the one whose packets nobody had counted down when
 * the other's had been, on a host with one interface; else nobody knows.
 */
function ownMacOf(
  candidates: readonly Mac[],
  frames: readonly PlainFrame[],
  isEnd: boolean,
): Mac | undefined {
  if (candidates.length < 2) return candidates[0];
  if (!isEnd) return undefined;
  const routed = new Set<Mac>();
  for (const { bytes } of frames) {
    if (ethernet.check(bytes, 0, bytes.length) !== undefined) continue;
    if (ethernet.etherTypeOf(bytes, 0) !== ethernet.ETHERTYPE_IPV4) continue;
    if (ipv4.checkHeader(bytes, ethernet.HEADER_LENGTH, bytes.length) !== undefined) continue;
    const from = ethernet.sourceOf(bytes, 0);
    if (from !== NO_MAC && !isInitialTtl(ipv4.ttlOf(bytes, ethernet.HEADER_LENGTH))) routed.add(from);
  }
  const unrouted = candidates.filter((mac) => !routed.has(mac));
  return unrouted.length === 1 ? unrouted[0] : undefined;
}
