import type { Translate } from '../../../../l10n/translate.ts';
import { markdownTable } from '../markdown.ts';

/** A leg of a request's way and the headers on it; what the load balancer writes anew stands between asterisks. */
interface Leg {
  /** Text in `language.leg.ID`. */
  readonly id: string;
  /** Sender and receiver of the frame; texts in `language.host.ID`. */
  readonly frame: readonly [from: string, to: string];
  readonly isFrameNew?: boolean;
  readonly packet: string;
  readonly ports: string;
}

/** Who rewrites what. CIP, VIP, DIP and RIP are the client's, the service's, the director's and the server's address. */
const legs: Readonly<Record<string, readonly Leg[]>> = {
  nat: [
    { id: 'inside', frame: ['client', 'router'], packet: 'CIP → SIP', ports: 'cport → sport' },
    {
      id: 'outside',
      frame: ['router', 'server'],
      isFrameNew: true,
      packet: '*EXT* → SIP',
      ports: '*eport* → sport',
    },
    { id: 'reply-outside', frame: ['server', 'router'], packet: 'SIP → EXT', ports: 'sport → eport' },
    {
      id: 'reply-inside',
      frame: ['router', 'client'],
      isFrameNew: true,
      packet: 'SIP → *CIP*',
      ports: 'sport → *cport*',
    },
  ],
  dnat: [
    { id: 'to-director', frame: ['router', 'director'], packet: 'CIP → VIP', ports: 'cport → vport' },
    {
      id: 'to-server',
      frame: ['director', 'server'],
      isFrameNew: true,
      packet: '*DIP → RIP*',
      ports: '*dport → rport*',
    },
    { id: 'reply-to-director', frame: ['server', 'director'], packet: 'RIP → DIP', ports: 'rport → dport' },
    {
      id: 'reply-to-client',
      frame: ['director', 'router'],
      isFrameNew: true,
      packet: '*VIP → CIP*',
      ports: '*vport → cport*',
    },
  ],
  dr: [
    { id: 'to-director', frame: ['router', 'director'], packet: 'CIP → VIP', ports: 'cport → vport' },
    {
      id: 'to-server',
      frame: ['director', 'server'],
      isFrameNew: true,
      packet: 'CIP → VIP',
      ports: 'cport → vport',
    },
    { id: 'reply-around', frame: ['server', 'router'], packet: 'VIP → CIP', ports: 'vport → cport' },
  ],
  tun: [
    { id: 'to-director', frame: ['router', 'director'], packet: 'CIP → VIP', ports: 'cport → vport' },
    {
      id: 'to-server',
      frame: ['director', 'server'],
      isFrameNew: true,
      packet: '*DIP → RIP* [CIP → VIP]',
      ports: 'cport → vport',
    },
    { id: 'unwrapped', frame: ['server', 'server'], packet: 'CIP → VIP', ports: 'cport → vport' },
    { id: 'reply-around', frame: ['server', 'router'], packet: 'VIP → CIP', ports: 'vport → cport' },
  ],
};

/** The table as Markdown; empty for a word that is no model. */
export function headerTable(model: string, translate: Translate): string {
  const rows = Object.hasOwn(legs, model) ? legs[model]! : [];
  if (rows.length === 0) return '';
  const head = ['leg', 'frame', 'packet', 'ports'].map((column) => translate(`language.column.${column}`));
  const table = markdownTable([
    head,
    ...rows.map(({ id, frame: [from, to], isFrameNew, packet, ports }) => {
      const hosts = `${translate(`language.host.${from}`)} → ${translate(`language.host.${to}`)}`;
      const frame = from === to ? '' : isFrameNew ? `*${hosts}*` : hosts;
      return [translate(`language.leg.${id}`), frame, packet, ports].map(bold);
    }),
  ]);
  return `${table}\n\n${translate('language.headers-note')}`;
}

function bold(cell: string): string {
  return cell.replaceAll('*', '**');
}
