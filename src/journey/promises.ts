import type { Translate } from '../l10n/translate.ts';
import type { Plan } from '../lab/topology/plan.ts';
import type { EpochEvidence } from './evidence.ts';
import type { HopRecord } from './hop-record.ts';
import { bothWays, endToEnd, rewritten, serverSeesCip, serverSeesDip } from './promises/dnat.ts';
import { encapsulated, innerUntouched, ipUntouched, replyDirect } from './promises/dr-tun.ts';
import { headers, throughDirector, vipArp, vipOnly } from './promises/every-vip.ts';
import { oneAddress, rightHost, uniquePorts } from './promises/nat.ts';
import type { PromiseCheck } from './promises/tally.ts';
import type { PromiseVerdict } from './report.ts';

/** How many frames are named that show a promise kept. All that break it are named. */
const FRAMES_SHOWN = 5;

/** Every promise by its id, in the order in which a model card lists them. */
export const promiseChecks: Readonly<Record<string, PromiseCheck>> = {
  'vip-only': vipOnly,
  'vip-arp': vipArp,
  'through-director': throughDirector,
  rewritten,
  'both-ways': bothWays,
  'server-sees-dip': serverSeesDip,
  'end-to-end': endToEnd,
  'ip-untouched': ipUntouched,
  encapsulated,
  'inner-untouched': innerUntouched,
  'reply-direct': replyDirect,
  'server-sees-cip': serverSeesCip,
  'one-address': oneAddress,
  'unique-ports': uniquePorts,
  'right-host': rightHost,
  headers,
};

/** The verdict on every promise of the plan's models, epoch by epoch: in a new one all are unseen until frames show them. */
export function judgePromises(epochs: readonly EpochEvidence[], translate: Translate): PromiseVerdict[] {
  return epochs.flatMap((epoch) => {
    const promised = promisesOf(epoch.stage.network.plan);
    return Object.keys(promiseChecks)
      .filter((id) => promised.has(id))
      .map((id) => {
        const { kept, broken } = promiseChecks[id]!(epoch);
        const verdict = broken.length > 0 ? 'broken' : kept.length > 0 ? 'kept' : 'not seen';
        const hops = broken.length > 0 ? broken : kept.slice(0, FRAMES_SHOWN);
        const text = translate(`promise.${id}`);
        return { id, epoch: epoch.stage.epoch, text, verdict, evidence: framesOf(hops) } as const;
      });
  });
}

/** Which promises the models of a plan make. */
function promisesOf({ services, nodes }: Plan): Set<string> {
  const ids = new Set<string>();
  if (nodes.some(({ forwarder }) => forwarder?.nat)) {
    for (const id of ['one-address', 'unique-ports', 'right-host', 'headers']) ids.add(id);
  }
  for (const { model, snat } of services) {
    for (const id of ['vip-only', 'vip-arp', 'through-director', 'headers']) ids.add(id);
    for (const id of ofModel[model]) ids.add(id);
    ids.add(model === 'dnat' && snat ? 'server-sees-dip' : 'server-sees-cip');
  }
  return ids;
}

const ofModel = {
  dnat: ['rewritten', 'both-ways', 'end-to-end'],
  dr: ['ip-untouched', 'reply-direct'],
  tun: ['encapsulated', 'inner-untouched', 'reply-direct'],
} as const;

function framesOf(hops: readonly HopRecord[]): number[] {
  return [...new Set(hops.map(({ frame }) => frame))].sort((a, b) => a - b);
}
