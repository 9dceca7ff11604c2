import type { Translate } from '../../l10n/translate.ts';
import { both, caused, otherwise } from './causes.ts';
import { clientGaveUp } from './client.ts';
import {
  directorDown,
  drainedPersistence,
  noServer,
  portsAmbiguous,
  portsExhausted,
  serverDrained,
} from './director.ts';
import type { Failures, Finding, Rule } from './finding.ts';
import { gatewayStays, staleNeighbour, twoMasters } from './redundancy.ts';
import { slowLink } from './link.ts';
import { mtuExceeded } from './path.ts';
import {
  connectionRefused,
  drPortMap,
  noDecapsulator,
  noServiceOnPort,
  reversePathFilter,
  servicePortMismatch,
} from './server.ts';
import { replyNotRewritten, vipNotLocal, vipTwoAnswers } from './vip.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import type { Explanation } from '../report.ts';
import type { explanationCodes } from '../../lab/topology/findings.ts';

type ExplanationCode = (typeof explanationCodes)[number];

/** In the order in which they are tried: some leave alone what has been explained before. */
export const explanationRules: Readonly<Record<ExplanationCode, Rule>> = {
  'vip-two-answers': vipTwoAnswers,
  'vip-not-local': vipNotLocal,
  'dr-port-map': drPortMap,
  'reverse-path-filter': reversePathFilter,
  'no-decapsulator': noDecapsulator,
  'reply-not-rewritten': replyNotRewritten,
  'ports-ambiguous': portsAmbiguous,
  'ports-exhausted': portsExhausted,
  'table-full': caused('table-full'),
  'drained-persistence': drainedPersistence,
  'two-masters': twoMasters,
  'stale-neighbour': staleNeighbour,
  'gateway-stays': gatewayStays,
  'director-down': directorDown,
  'no-server': noServer,
  'server-drained': serverDrained,
  'server-removed': caused('server-removed'),
  'idle-timeout': caused('idle-timeout'),
  'no-connection': caused('no-connection'),
  'mtu-exceeded': mtuExceeded,
  'no-service-on-port': noServiceOnPort,
  'service-port-mismatch': servicePortMismatch,
  'connection-refused': both(connectionRefused, caused('connection-refused')),
  'interface-down': otherwise(caused('interface-down')),
  'node-down': otherwise(caused('node-down')),
  'gateway-silent': otherwise(caused('gateway-silent')),
  'vip-off-link': otherwise(caused('vip-off-link')),
  'nobody-there': otherwise(caused('nobody-there')),
  filtered: otherwise(caused('filtered')),
  'no-forwarding': otherwise(caused('no-forwarding')),
  'no-route': otherwise(caused('no-route')),
  'bad-packet': otherwise(caused('bad-packet')),
  'fragments-lost': otherwise(caused('fragments-lost')),
  'ttl-expired': otherwise(caused('ttl-expired')),
  'link-loss': otherwise(caused('link-loss')),
  'slow-link': both(otherwise(caused('slow-link')), slowLink),
  'client-gave-up': clientGaveUp,
};

/** Why things failed, in the words of load balancing, each with its frames. */
export function explain(epochs: readonly Failures[], translate: Translate): Explanation[] {
  return epochs.flatMap((epoch) => {
    const explained = new Set<FlowRecord>();
    return Object.entries(explanationRules).flatMap(([code, rule]) => {
      const findings = rule(epoch, explained);
      for (const { flow } of findings) if (flow) explained.add(flow);
      return merge(findings).map((together) => explanation(code, together, epoch, translate));
    });
  });
}

/** Findings about one place, in order of their first frame. */
function merge(findings: readonly Finding[]): Finding[][] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const group = groups.get(finding.place);
    if (group) group.push(finding);
    else groups.set(finding.place, [finding]);
  }
  return [...groups.values()];
}

function explanation(
  code: string,
  findings: readonly Finding[],
  { stage }: Failures,
  translate: Translate,
): Explanation {
  const { params, wording = `explanation.${code}` } = findings[0]!;
  const setting = findings.find((finding) => finding.setting !== undefined)?.setting;
  const settings = settingsOf(findings);
  const flows = new Set(findings.flatMap(({ flow }) => (flow ? [flow.id] : [])));
  const frames = new Set(findings.flatMap(({ hops }) => hops.map((hop) => hop.frame)));
  // The reason is a code; inside a text it is words.
  const words = params['reason'] ? { ...params, reason: translate(`reason.${params['reason']}`) } : params;
  return {
    code,
    epoch: stage.epoch,
    flows: inOrder(flows),
    frames: inOrder(frames),
    params,
    ...(setting !== undefined && { setting }),
    text: translate(settings.length > 0 ? 'explanation.text-settings' : 'explanation.text', {
      what: translate(wording, words),
      remedy: translate(`${wording}.remedy`, words),
      settings: settings.join(', '),
    }),
  };
}

/** All that have a part in it, when there are several or the text alone might not lead there. */
function settingsOf(findings: readonly Finding[]): string[] {
  const own = findings.flatMap(({ setting }) => setting ?? []);
  const others = findings.flatMap((finding) => finding.others ?? []);
  return others.length === 0 ? [] : [...new Set([...own, ...others])];
}

function inOrder(numbers: ReadonlySet<number>): number[] {
  return [...numbers].sort((a, b) => a - b);
}
