import { hidesClient, models } from '../../models/models.ts';
import type { Plan } from '../../lab/topology/plan.ts';
import { bothWays, endToEnd, rewritten, serverSeesCip, serverSeesDip } from './dnat.ts';
import { encapsulated, innerUntouched, ipUntouched, replyDirect } from './dr-tun.ts';
import { headers, throughDirector, vipArp, vipOnly } from './every-vip.ts';
import { oneAddress, rightHost } from './nat.ts';
import { announced, oneOwner } from './redundancy.ts';
import type { PromiseCheck } from './tally.ts';

/** The promise about flows among themselves: `SharedPorts` keeps it, for no packet alone shows it. */
export const UNIQUE_PORTS = 'unique-ports';

const plain = (check: PromiseCheck['check']): PromiseCheck => ({ parts: 1, check });
const inTwoParts = (check: PromiseCheck['check']): PromiseCheck => ({ parts: 2, check });

/** Every promise by its id, in the order in which a model card lists them; `undefined` for `UNIQUE_PORTS`. */
export const promiseChecks: Readonly<Record<string, PromiseCheck | undefined>> = {
  'vip-only': plain(vipOnly),
  'vip-arp': plain(vipArp),
  'through-director': plain(throughDirector),
  rewritten: inTwoParts(rewritten),
  'both-ways': inTwoParts(bothWays),
  'server-sees-dip': plain(serverSeesDip),
  'end-to-end': inTwoParts(endToEnd),
  'ip-untouched': plain(ipUntouched),
  encapsulated: plain(encapsulated),
  'inner-untouched': plain(innerUntouched),
  'reply-direct': plain(replyDirect),
  'server-sees-cip': plain(serverSeesCip),
  'one-address': plain(oneAddress),
  [UNIQUE_PORTS]: undefined,
  'right-host': plain(rightHost),
  'one-owner': plain(oneOwner),
  announced: plain(announced),
  headers: plain(headers),
};

/** Which promises the models of a plan make. */
export function promisesOf({ services, nodes }: Plan): Set<string> {
  const ids = new Set<string>();
  if (nodes.some(({ forwarder }) => forwarder?.nat)) {
    for (const id of [...models.nat.promises, 'headers']) ids.add(id);
  }
  for (const { model, snat, directors = [] } of services) {
    if (directors.length > 1) for (const id of ofSeveralDirectors) ids.add(id);
    for (const id of [...ofEveryService, ...models[model].promises]) ids.add(id);
    ids.add(hidesClient({ model, snat }) ? 'server-sees-dip' : 'server-sees-cip');
  }
  return ids;
}

const ofSeveralDirectors = ['one-owner', 'announced'];
const ofEveryService = ['vip-only', 'vip-arp', 'through-director', 'headers'];
