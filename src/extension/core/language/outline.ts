import type { Facts, NodeFacts, ServiceFacts } from './facts.ts';
import { pairOf, scalarsOf, textOf, valueOf, type Span, type SyntaxPair } from './syntax/tree.ts';
import type { TopologyText } from './topology-text.ts';

export interface OutlineEntry {
  readonly name: string;
  readonly detail: string;
  readonly kind: 'model' | 'section' | 'service' | 'server' | 'segment' | 'node' | 'interface' | 'traffic';
  readonly range: Span;
  /** Within `range`. */
  readonly selection: Span;
  readonly children: readonly OutlineEntry[];
}

/** The file as a tree of its sections, in the order of the file. */
export function outline({ root, facts }: TopologyText): OutlineEntry[] {
  const sections = root?.kind === 'map' ? root.pairs : [];
  return sections.filter(({ key }) => key.text !== '').map((pair) => section(pair, facts));
}

function section(pair: SyntaxPair, facts: Facts): OutlineEntry {
  switch (pair.key.text) {
    case 'model':
      return entry(pair, 'model', textOf(pair.value) ?? '');
    case 'service': {
      const service = facts.services.find((candidate) => candidate.pair === pair);
      return service ? serviceEntry(service) : entry(pair, 'section', '');
    }
    case 'services':
      return entry(pair, 'section', '', facts.services.filter(({ isNamed }) => isNamed).map(serviceEntry));
    case 'segments':
      return entry(
        pair,
        'section',
        '',
        facts.segments.map((segment) =>
          entry(
            segment.pair,
            'segment',
            textOf(segment.pair.value) ?? textOf(valueOf(segment.pair.value, 'subnet')) ?? '',
          ),
        ),
      );
    case 'nodes':
      return entry(pair, 'section', '', facts.nodes.map(nodeEntry));
    case 'traffic':
      return entry(
        pair,
        'section',
        '',
        facts.traffic.map(({ start, end, from, to }) => ({
          name: from.map(({ text }) => text).join(', ') || '*',
          detail: to ? `→ ${to.text}` : '',
          kind: 'traffic',
          range: { start, end },
          selection: { start, end },
          children: [],
        })),
      );
    default:
      return entry(pair, 'section', '');
  }
}

function serviceEntry({ pair, servers = [] }: ServiceFacts): OutlineEntry {
  const vip = textOf(valueOf(pair.value, 'vip'));
  const port = textOf(valueOf(pair.value, 'port'));
  const children = servers
    .filter(({ text }) => text !== '')
    .map((server): OutlineEntry => {
      const own = pairOf(valueOf(pair.value, 'servers'), server.text);
      const weight = scalarsOf(valueOf(own?.value, 'weight'))[0];
      const range = own && own.key === server ? own : server;
      return {
        name: server.text,
        detail: weight ? `weight ${weight.text}` : '',
        kind: 'server',
        range: { start: range.start, end: range.end },
        selection: { start: server.start, end: server.end },
        children: [],
      };
    });
  return entry(pair, 'service', [vip, port].filter(Boolean).join(':'), children);
}

function nodeEntry({ pair, role, interfaces }: NodeFacts): OutlineEntry {
  const children = interfaces
    .filter((port) => port.pair.key.text !== '')
    .map((port) => entry(port.pair, 'interface', port.addressScalar?.text ?? ''));
  return entry(pair, 'node', role ?? '', children);
}

function entry(
  { key, start, end }: SyntaxPair,
  kind: OutlineEntry['kind'],
  detail: string,
  children: readonly OutlineEntry[] = [],
): OutlineEntry {
  return {
    // An editor refuses an entry without a name.
    name: key.text === '' ? '?' : key.text,
    detail,
    kind,
    range: { start, end },
    selection: { start: key.start, end: key.end },
    children,
  };
}
