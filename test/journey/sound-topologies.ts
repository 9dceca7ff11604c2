import fc from 'fast-check';

/**
 * Topologies in which nothing is wrong: every model, with NAT routers before the director and one behind it, plain routers
 * in between, datagrams in fragments, pings, persistence, a director that leaves the TTL, clamped segments. (Two directors
 * cannot stand on one path: `check` wants a server where a service points to, and no VIP on a node.)
 */
export interface Sound {
  readonly model: 'dr' | 'tun' | 'dnat' | 'dnat-plain';
  /** NAT routers between the clients and everybody else, one behind the other. */
  readonly nats: 0 | 1 | 2;
  /** dnat: another one between the director and its servers. */
  readonly natBehind: boolean;
  /** A client that no NAT stands before. */
  readonly outsider: boolean;
  readonly clients: number;
  /** Plain routers between the clients' side and the director. */
  readonly routers: number;
  /** tun, dnat: servers behind a router of their own. */
  readonly apart: boolean;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly upload: number;
  readonly response: number;
  readonly scheduler: 'rr' | 'sh' | 'lc';
  readonly persistence: boolean;
  readonly decrementTtl: boolean;
  readonly clampMss: boolean;
  readonly wide: boolean;
}

export const soundTopology: fc.Arbitrary<Sound> = fc.record({
  model: fc.constantFrom('dr', 'tun', 'dnat', 'dnat-plain'),
  nats: fc.constantFrom(0, 1, 2),
  natBehind: fc.boolean(),
  outsider: fc.boolean(),
  clients: fc.integer({ min: 1, max: 3 }),
  routers: fc.integer({ min: 1, max: 3 }),
  apart: fc.boolean(),
  protocol: fc.constantFrom('tcp', 'udp', 'icmp'),
  upload: fc.constantFrom(0, 1460, 1473, 4000),
  response: fc.constantFrom(0, 1473, 4000),
  scheduler: fc.constantFrom('rr', 'sh', 'lc'),
  persistence: fc.boolean(),
  decrementTtl: fc.boolean(),
  clampMss: fc.boolean(),
  wide: fc.boolean(),
} as const);

/** The file, from the clients inward: homes, NAT routers, plain routers, `front` with the director, servers. */
export function soundText(sound: Sound): string {
  const { model, routers, nats, protocol } = sound;
  const isDnat = model === 'dnat' || model === 'dnat-plain';
  const natBehind = sound.natBehind && model === 'dnat' && protocol !== 'icmp';
  const apart = sound.apart && (model === 'tun' || model === 'dnat') && !natBehind;
  const mtu = sound.wide ? 1520 : 1500;
  const segments: Record<string, string> = { front: `{ subnet: 10.9.0.0/24, mtu: ${mtu} }` };
  const nodes: string[] = [];
  const node = (
    name: string,
    role: string,
    at: Record<string, string>,
    more: Record<string, unknown> = {},
  ) => {
    const places = Object.entries(at).map(([segment, address]) => `${segment}: ${address}`);
    const rest = Object.entries(more).filter(([, value]) => value !== undefined && value !== false);
    const keys = [`role: ${role}`, `at: { ${places.join(', ')} }`];
    nodes.push(
      `  ${name}: { ${[...keys, ...rest.map(([key, value]) => `${key}: ${String(value)}`)].join(', ')} }`,
    );
  };
  // hop0 is where clients without a NAT are; hop`routers` is `front`.
  const hop = (index: number) => (index === routers ? 'front' : `hop${index}`);
  const net = (index: number) => (index === routers ? '10.9.0' : `10.1.${index}`);
  for (let i = 0; i < routers; i++) {
    segments[hop(i)] = `${net(i)}.0/24`;
    node(`r${i}`, 'router', {
      [hop(i)]: `${net(i)}.1`,
      [hop(i + 1)]: `${net(i + 1)}.${i === routers - 1 ? 1 : 2}`,
    });
  }
  for (let i = 0; i < nats; i++) {
    // home0 is the clients'; home1 lies between two NAT routers.
    segments[`home${i}`] = `192.168.${i}.0/24`;
    const isLast = i === nats - 1;
    const outside = isLast ? 'hop0' : `home${i + 1}`;
    node(
      `nat${i}`,
      'router',
      { [`home${i}`]: `192.168.${i}.1`, [outside]: isLast ? '10.1.0.3' : `192.168.${i + 1}.2` },
      { nat: outside, gateway: isLast ? 'r0' : `nat${i + 1}`, clampMss: sound.clampMss && 'mtu' },
    );
  }
  const clients = Array.from({ length: sound.clients }, (_, i) => `pc${i}`);
  for (const [i, name] of clients.entries()) {
    if (nats > 0) node(name, 'client', { home0: `192.168.0.${i + 11}` }, { gateway: 'nat0' });
    else node(name, 'client', { hop0: `10.1.0.${i + 11}` }, { gateway: 'r0' });
  }
  if (sound.outsider) node('guest', 'client', { hop0: '10.1.0.99' }, { gateway: 'r0' });
  const inside = isDnat || apart;
  if (inside) segments['inside'] = `{ subnet: 10.8.0.0/24, mtu: ${mtu} }`;
  if (natBehind || apart) segments['back'] = `{ subnet: 10.7.0.0/24, mtu: ${mtu} }`;
  const last = `r${routers - 1}`;
  node(
    'director',
    'director',
    { front: '10.9.0.2', ...(inside && { inside: '10.8.0.2' }) },
    {
      gateway: last,
      ...(natBehind && { routes: '{ 10.7.0.0/24: innernat }' }),
      ...(apart && { routes: '{ 10.7.0.0/24: core }' }),
      ...(!sound.decrementTtl && { decrementTtl: 'false' }),
      clampMss: sound.clampMss && isDnat && 'mtu',
    },
  );
  if (natBehind)
    node('innernat', 'router', { inside: '10.8.0.1', back: '10.7.0.1' }, { nat: 'back', gateway: undefined });
  // For its replies in tun, the servers' router knows the way out too.
  if (apart) node('core', 'router', { inside: '10.8.0.1', back: '10.7.0.1', front: '10.9.0.3' });
  for (const i of [1, 2]) {
    const name = `rs${i}`;
    if (natBehind || apart)
      node(name, 'server', { back: `10.7.0.${i + 10}` }, { gateway: natBehind ? 'innernat' : 'core' });
    else if (isDnat) node(name, 'server', { inside: `10.8.0.${i + 10}` }, { gateway: 'director' });
    else node(name, 'server', { front: `10.9.0.${i + 10}` }, { gateway: last });
  }
  const service = [
    'vip: 10.9.0.100',
    'port: 80',
    ...(protocol === 'udp' ? ['protocol: udp'] : []),
    `scheduler: ${sound.scheduler}`,
    ...(sound.persistence ? ['persistence: 300s'] : []),
    ...(model === 'dnat-plain' ? ['snat: false'] : []),
    `servers: ${isDnat ? '{ rs1: { port: 8080 }, rs2: { port: 8080 } }' : '[rs1, rs2]'}`,
  ];
  const size = protocol === 'icmp' ? 0 : sound.response;
  const traffic = [
    'count: 2',
    'every: 100ms',
    ...(protocol === 'icmp' ? ['protocol: icmp'] : []),
    `upload: ${sound.upload}`,
    `response: ${size}`,
  ];
  return [
    `model: ${isDnat ? 'dnat' : model}`,
    `service: { ${service.join(', ')} }`,
    'segments:',
    ...Object.entries(segments).map(([name, value]) => `  ${name}: ${value}`),
    'nodes:',
    ...nodes,
    `traffic: [{ ${traffic.join(', ')} }]`,
    '',
  ].join('\n');
}
