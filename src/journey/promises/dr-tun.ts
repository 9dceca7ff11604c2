import type { PlannedService } from '../../lab/topology/plan.ts';
import { models, tunnelOf } from '../../models/models.ts';
import {
  HEADER_LENGTH,
  destinationOf,
  fragmentOffsetOf,
  headerLengthOf,
  protocolOf,
  sourceOf,
} from '../../packet/ipv4.ts';
import { checksumOf, destinationPortOf } from '../../packet/udp.ts';
import { dipTowards, isServersReply, type Packet, type Served } from '../records/evidence.ts';
import type { FrameFacts } from '../records/frame-facts.ts';
import type { HopRecord } from '../records/hop-record.ts';
import { samePacket } from '../joins/match-keys.ts';
import { sameInside } from '../joins/sightings.ts';
import { innerOf, isPieceOfWrapped } from './wrapped-pieces.ts';
import type { Tally } from './tally.ts';

/** dr: the director leaves the IP packet alone, but for the TTL that any router takes. */
export function ipUntouched({ served }: Packet, tally: Tally): void {
  forEachSentOn(served, 'dr', (hop, before) => {
    tally.note(hop, hop.facts.outerAt === 0 && isSameInside(before.facts, hop.facts, hop.stage.isCapture));
  });
}

/** tun: director to server there is an outer header, DIP to RIP, of the tunnel's protocol; also on each fragment. */
export function encapsulated({ served }: Packet, tally: Tally): void {
  forEachSentOn(served, 'tun', (hop, _, service) => {
    const { bytes, routedAt } = hop.facts;
    const server = service.servers.find(({ address }) => address === destinationOf(bytes, routedAt));
    const isTunnel =
      protocolOf(bytes, routedAt) === tunnelOf(service).protocol &&
      isForPort(hop.facts, service.tunnel?.port);
    const dip = server && dipTowards(hop.from, server.address, hop.stage);
    tally.note(hop, isTunnel && dip !== undefined && sourceOf(bytes, routedAt) === dip);
  });
}

/** Of GUE, the UDP header: for its port and without a checksum. A later fragment has none. */
function isForPort({ bytes, routedAt }: FrameFacts, port: number | undefined): boolean {
  if (port === undefined || fragmentOffsetOf(bytes, routedAt) > 0) return true;
  const at = routedAt + headerLengthOf(bytes, routedAt);
  return destinationPortOf(bytes, at) === port && checksumOf(bytes, at) === 0;
}

/** tun: what is inside is what the client sent. */
export function innerUntouched({ served, journey }: Packet, tally: Tally): void {
  if (served?.service.model !== 'tun' || journey.direction === 'reply') return;
  const { service } = served;
  for (const before of journey.hops) {
    if (before.to !== served.director) continue;
    /** What each node sent in fragments. */
    let pieces: Map<string, HopRecord[]> | undefined;
    for (const hop of journey.hops) {
      if (!comesOf(hop, before)) continue;
      if (!isPieceOfWrapped(hop.facts, service)) {
        tally.note(hop, isSameInside(before.facts, hop.facts, hop.stage.isCapture));
        continue;
      }
      pieces ??= new Map();
      const known = pieces.get(hop.from);
      if (known) known.push(hop);
      else pieces.set(hop.from, [hop]);
    }
    for (const all of pieces?.values() ?? []) {
      const inner = innerOf(all, tunnelOf(service).overhead - HEADER_LENGTH);
      if (inner && !before.facts.isCut) tally.note(all[0]!, isSame(before.facts, inner, 0, inner.length));
    }
  }
}

/** dr, tun: replies go around the director, in both directions of looking: not to it and not from it. */
export function replyDirect({ served, journey }: Packet, tally: Tally): void {
  if (!served || models[served.service.model].translates || !isServersReply(served)) return;
  const { director } = served;
  for (const hop of journey.hops) {
    if (hop.from === director || hop.to === director) tally.note(hop, false);
    else if (hop === journey.first && hop.received) tally.note(hop, true);
  }
}

/** The hops by which the director sent a request on, each with the one it came by: several are of one when it was cut. */
function forEachSentOn(
  served: Served | undefined,
  model: PlannedService['model'],
  look: (hop: HopRecord, before: HopRecord, service: PlannedService) => void,
): void {
  if (served?.service.model !== model || served.journey.direction === 'reply') return;
  const { service } = served;
  for (const hop of served.journey.hops)
    if (hop.previous && !hop.overGap && hop.from === served.director) look(hop, hop.previous, service);
}

/** Whether `hop` is a later one of the packet, or of a fragment of it, that `before` is of. */
function comesOf(hop: HopRecord, before: HopRecord): boolean {
  for (let one = hop.previous; one; one = one.previous) if (one === before) return true;
  return false;
}

/** In a capture, as far as both were recorded: a snap length cuts, and a network card fills in checksums. */
function isSameInside(before: FrameFacts, after: FrameFacts, isCapture: boolean): boolean {
  if (isCapture) return sameInside(before, after);
  return isSame(before, after.bytes, after.ipAt, after.ipEnd - after.ipAt);
}

function isSame(before: FrameFacts, bytes: Uint8Array, at: number, length: number): boolean {
  return before.ipEnd - before.ipAt === length && samePacket(before.bytes, before.ipAt, bytes, at, length);
}
