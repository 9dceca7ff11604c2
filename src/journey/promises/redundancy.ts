import { STOPS } from '../../packet/vrrp.ts';
import { advertisementOf, rivalsOf } from '../records/active-routers.ts';
import type { Packet } from '../records/evidence.ts';
import type { JourneyRecord } from '../records/journey-record.ts';
import type { Tally } from './tally.ts';

/**
 * While one router says that it has the addresses, no other one says so: but for who has a higher priority and says it for
 * the first time, and who cannot have heard of that yet. Nobody else answers for them.
 */
export function oneOwner({ journey, stage }: Packet, tally: Tally): void {
  // Each host of a capture has a clock of its own: who spoke first is not certain there.
  if (stage.isCapture) return;
  if (journey.kind === 'arp-reply') return answersOnlyAsOwner(journey, tally);
  const said = advertisementOf(journey);
  if (said && said.priority !== STOPS) tally.note(journey.first, rivalsOf(journey).length === 0);
}

/** Who answers ARP for an address that moves has it. */
function answersOnlyAsOwner({ first }: JourneyRecord, tally: Tally): void {
  const { facts, from, timeNs, stage } = first;
  if (!stage.network.directorsOf(facts.source).includes(from)) return;
  const owners = stage.routers.at(facts.source, timeNs, stage.network);
  if (owners.length > 0)
    tally.note(
      first,
      owners.some(({ node }) => node === from),
    );
}

/** A second after a takeover everybody who sends to the VIP sends to who has it. */
export function announced({ served, journey, stage }: Packet, tally: Tally): void {
  if (stage.isCapture || !served?.service.directors || journey.direction !== 'request') return;
  const { vip, directors } = served.service;
  for (const hop of journey.hops) {
    if (hop.facts.destination !== vip || !directors.includes(hop.to)) continue;
    const owner = stage.routers.ownerAt(vip, hop.timeNs, stage.network);
    if (!owner) continue;
    if (hop.to === owner.node) {
      if (owner.flow.takeover?.from !== undefined) tally.note(hop, true);
    } else if (stage.routers.isKnown(owner, vip, hop.timeNs, stage.network)) tally.note(hop, false);
  }
}
