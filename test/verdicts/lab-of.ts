import { Random } from '../../src/lab/embedded/random.ts';

/** A lab and what is done to it, made of a number: the same number makes the same. */
export interface Trial {
  readonly text: string;
  /** Of every client. */
  readonly timeoutNs: number;
  /** What somebody does by hand, and when. */
  readonly deeds: readonly {
    readonly atNs: number;
    readonly node: string;
    readonly state: 'running' | 'paused' | 'stopped';
  }[];
  /** A server is taken out of the service, live. */
  readonly removed: { readonly atNs: number; readonly server: string } | undefined;
  /** The run is cut here. */
  readonly untilNs: number;
}

const MODELS = ['dr', 'tun', 'dnat', 'dnat snat'] as const;

/** Loss, delays, answers that take too long, servers that go, clients that stop, filters, narrow links: some of it, each time. */
export function trialOf(seed: number): Trial {
  const random = new Random(seed, 'trial');
  const chance = (share: number) => random.below(1000) < share * 1000;
  const pick = <T>(list: readonly T[]): T => list[random.below(list.length)]!;
  const model = pick(MODELS);
  const protocol = chance(0.7) ? 'tcp' : 'udp';
  const servers = ['rs1', 'rs2', 'rs3'].slice(0, 1 + random.below(3));
  // Half of the labs are sound, so that green is tried as often as red.
  const isSound = chance(0.4);
  const trouble = () => {
    if (isSound || chance(0.7)) return '';
    return pick([
      `, loss: ${5 + random.below(40)}%`,
      `, delay: ${20 + random.below(400)}ms`,
      `, down: true`,
      `, drop: [${pick(['tcp', 'udp', 'icmp'])}]`,
      `, mtu: ${576 + random.below(900)}`,
    ]);
  };
  const timeoutMs = isSound ? 5000 : 200 + random.below(4000);
  const at = (address: string) => `{ address: ${address}${trouble()} }`;
  const gateway = model === 'dnat' ? 'director' : 'router';
  const entry = () => {
    const ping = chance(0.1);
    const parts = [
      `from: ${pick(['client', 'client2'])}`,
      `count: ${1 + random.below(4)}`,
      `every: ${pick(['100ms', '500ms', '1s', '400s'])}`,
      `after: ${random.below(800)}ms`,
      `timeout: ${timeoutMs}ms`,
    ];
    if (ping) parts.push('protocol: icmp');
    else if (chance(0.5)) parts.push(`response: ${1 + random.below(protocol === 'udp' ? 3000 : 60_000)}`);
    if (!isSound && chance(0.2)) parts.push(`sourcePort: ${5060 + random.below(2)}`);
    return `  - { ${parts.join(', ')} }`;
  };
  const text = [
    `model: ${model.split(' ')[0]!}`,
    `service: { vip: 10.0.2.100, port: 80, protocol: ${protocol}, scheduler: ${pick(['rr', 'lc', 'sh'])}${model.startsWith('dnat') ? `, snat: ${model !== 'dnat'}` : ''}, servers: [${servers.join(', ')}] }`,
    'segments: { outside: 10.0.1.0/24, inside: 10.0.2.0/24 }',
    'nodes:',
    `  client: { role: client, at: { outside: ${at('10.0.1.10')} }, gateway: router }`,
    `  client2: { role: client, at: { outside: ${at('10.0.1.11')} }, gateway: router }`,
    `  router: { role: router, at: { outside: ${at('10.0.1.1')}, inside: ${at('10.0.2.1')} } }`,
    `  director: { role: director, at: { inside: ${at('10.0.2.2')} }, gateway: router }`,
    ...servers.map(
      (name, i) =>
        `  ${name}: { role: server, at: { inside: ${at(`10.0.2.1${i + 1}`)} }, gateway: ${gateway} }`,
    ),
    'traffic:',
    ...Array.from({ length: 1 + random.below(3) }, entry),
    '',
  ].join('\n');
  const deeds = [];
  if (!isSound && chance(0.4)) {
    const node = pick([...servers, 'client', 'director']);
    const atNs = random.below(2000) * 1e6;
    deeds.push({ atNs, node, state: pick(['paused', 'stopped'] as const) });
    if (chance(0.5)) deeds.push({ atNs: atNs + random.below(2000) * 1e6, node, state: 'running' as const });
  }
  const removed =
    !isSound && servers.length > 1 && chance(0.3)
      ? { atNs: random.below(2000) * 1e6, server: pick(servers) }
      : undefined;
  return {
    text,
    timeoutNs: timeoutMs * 1e6,
    deeds,
    removed,
    untilNs: !isSound && chance(0.2) ? random.below(3000) * 1e6 : Infinity,
  };
}
