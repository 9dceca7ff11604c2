import type { Translate } from '../l10n/translate.ts';
import {
  directorDown,
  noConnection,
  noServer,
  portsAmbiguous,
  portsExhausted,
  serverDrained,
} from './explanations/director.ts';
import type { Failures, Finding, Rule } from './explanations/finding.ts';
import { mtuExceeded, noRoute } from './explanations/path.ts';
import { connectionRefused, drPortMap, noDecapsulator, reversePathFilter } from './explanations/server.ts';
import { replyNotRewritten, vipNotLocal, vipTwoAnswers } from './explanations/vip.ts';
import type { FlowRecord } from './flow-record.ts';
import type { Explanation } from './report.ts';

/** In the order in which they are tried: `no-route` leaves alone what has been explained before. */
export const explanationRules: Readonly<Record<string, Rule>> = {
  'vip-two-answers': vipTwoAnswers,
  'vip-not-local': vipNotLocal,
  'dr-port-map': drPortMap,
  'reverse-path-filter': reversePathFilter,
  'no-decapsulator': noDecapsulator,
  'reply-not-rewritten': replyNotRewritten,
  'ports-ambiguous': portsAmbiguous,
  'ports-exhausted': portsExhausted,
  'director-down': directorDown,
  'no-server': noServer,
  'server-drained': serverDrained,
  'no-connection': noConnection,
  'mtu-exceeded': mtuExceeded,
  'connection-refused': connectionRefused,
  'no-route': noRoute,
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
    text: translate('explanation.text', {
      what: translate(wording, words),
      remedy: translate(`${wording}.remedy`, words),
    }),
  };
}

function inOrder(numbers: ReadonlySet<number>): number[] {
  return [...numbers].sort((a, b) => a - b);
}
