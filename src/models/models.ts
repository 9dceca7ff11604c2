import type { FieldName } from '../packet/layers.ts';

/**
 * What each model is, as plain data that anybody may ask: the forwarder that carries it, the checks of a file, the
 * journeys that judge it and what is shown of it. How a packet is forwarded, and what its headers must be, is not
 * here: who does it and who judges it each work that out by themselves.
 */

export type ModelName = 'nat' | 'dnat' | 'dr' | 'tun';
/** The models that give the connections of a service to servers. */
export type ServiceModel = Exclude<ModelName, 'nat'>;

export type Stop = 'client' | 'router' | 'director' | 'server';

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

interface ModelFacts {
  /** The role of the node that forwards. */
  readonly worksAt: 'router' | 'director';
  /** Addresses and ports change on the way to the server, and back on the way to the client. */
  readonly translates: boolean;
  /** Of the OSI model, by what it writes anew; why, text `model.layer.NAME`. */
  readonly layer: 2 | 3 | 4;
  /** The request goes to the server inside another packet. */
  readonly wraps: boolean;
  /** Servers hold the VIP, for the packet that they take is addressed to it. */
  readonly vipOnServers: boolean;
  /** The frame itself is handed to the server: no router may stand between. */
  readonly needsSharedSegment: boolean;
  /** Keys of a service that mean something for this model alone. */
  readonly options: readonly string[];
  /** The way of a request and of its reply, routers that only route left out. */
  readonly there: readonly [Stop, Stop, Stop];
  readonly back: readonly Stop[];
  /** CIP, VIP, DIP and RIP are the client's, the service's, the director's and the server's address. */
  readonly legs: readonly Leg[];
  /** The changes of a packet that make the model what it is: all others (TTL, checksums, an ordinary router's MACs) are routine. */
  readonly signature: Readonly<Record<'request' | 'reply', readonly FieldName[]>>;
  /** Promises of its own, by id, besides those of every service. */
  readonly promises: readonly string[];
}

const toDirector: Leg = {
  id: 'to-director',
  frame: ['router', 'director'],
  packet: 'CIP → VIP',
  ports: 'cport → vport',
};
const aroundDirector: Leg = {
  id: 'reply-around',
  frame: ['server', 'router'],
  packet: 'VIP → CIP',
  ports: 'vport → cport',
};
const tuple: readonly FieldName[] = [
  'ip.src',
  'ip.dst',
  'tcp.srcport',
  'tcp.dstport',
  'udp.srcport',
  'udp.dstport',
  'icmp.quoted',
];

export const models: Readonly<Record<ModelName, ModelFacts>> = {
  nat: {
    worksAt: 'router',
    translates: true,
    layer: 4,
    wraps: false,
    vipOnServers: false,
    needsSharedSegment: false,
    options: [],
    there: ['client', 'router', 'server'],
    back: ['server', 'router', 'client'],
    legs: [
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
    signature: {
      request: ['ip.src', 'tcp.srcport', 'udp.srcport', 'icmp.rest'],
      reply: ['ip.dst', 'tcp.dstport', 'udp.dstport', 'icmp.rest', 'icmp.quoted'],
    },
    promises: ['one-address', 'unique-ports', 'right-host'],
  },
  dnat: {
    worksAt: 'director',
    translates: true,
    layer: 4,
    wraps: false,
    vipOnServers: false,
    needsSharedSegment: false,
    options: ['snat'],
    there: ['client', 'director', 'server'],
    back: ['server', 'director', 'client'],
    legs: [
      toDirector,
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
    signature: { request: tuple, reply: tuple },
    promises: ['rewritten', 'both-ways', 'end-to-end'],
  },
  dr: {
    worksAt: 'director',
    translates: false,
    layer: 2,
    wraps: false,
    vipOnServers: true,
    needsSharedSegment: true,
    options: [],
    there: ['client', 'director', 'server'],
    back: ['server', 'client'],
    legs: [
      toDirector,
      {
        id: 'to-server',
        frame: ['director', 'server'],
        isFrameNew: true,
        packet: 'CIP → VIP',
        ports: 'cport → vport',
      },
      aroundDirector,
    ],
    signature: { request: ['eth.dst', 'eth.src'], reply: [] },
    promises: ['ip-untouched', 'reply-direct'],
  },
  tun: {
    worksAt: 'director',
    translates: false,
    layer: 3,
    wraps: true,
    vipOnServers: true,
    needsSharedSegment: false,
    options: ['tunnel', 'tunnelPort'],
    there: ['client', 'director', 'server'],
    back: ['server', 'client'],
    legs: [
      toDirector,
      {
        id: 'to-server',
        frame: ['director', 'server'],
        isFrameNew: true,
        packet: '*DIP → RIP* [CIP → VIP]',
        ports: 'cport → vport',
      },
      { id: 'unwrapped', frame: ['server', 'server'], packet: 'CIP → VIP', ports: 'cport → vport' },
      aroundDirector,
    ],
    signature: { request: ['ipip', 'gue'], reply: [] },
    promises: ['encapsulated', 'inner-untouched', 'reply-direct'],
  },
};

/** How a model that wraps does so. */
export interface TunnelFacts {
  /** Bytes that it adds to a packet, an IPv4 header without options among them. */
  readonly overhead: number;
  /** The IP protocol of the outer packet. */
  readonly protocol: number;
  /** The same, as `drop` of an interface names it. */
  readonly filteredAs: 'ipip' | 'udp';
  /** The same in every language. */
  readonly title: string;
}

type TunnelName = 'ipip' | 'gue';

const tunnels: Readonly<Record<TunnelName, TunnelFacts>> = {
  ipip: { overhead: 20, protocol: 4, filteredAs: 'ipip', title: 'IP in IP' },
  // IPv4, UDP and four bytes (`ipvsadm --tun-type gue`).
  gue: { overhead: 32, protocol: 17, filteredAs: 'udp', title: 'GUE' },
};

export const tunnelNames = Object.keys(tunnels) as TunnelName[];

/** What a service says about its tunnel: left out, it is IP in IP, or the service has none. */
export interface Tunnelled {
  readonly tunnel?: { readonly type: 'gue'; readonly port: number };
}

/** The tunnel whose outer packets have this IP protocol. */
export function tunnelBy(protocol: number): TunnelFacts | undefined {
  return Object.values(tunnels).find((tunnel) => tunnel.protocol === protocol);
}

export function tunnelOf({ tunnel }: Tunnelled): TunnelFacts {
  return tunnels[tunnel?.type ?? 'ipip'];
}

/**
 * Models as people compare them: with the settings of a service by which one is another to look at. Without source rewriting
 * D-NAT is another one, and TUN by GUE.
 */
export type VariantName = ModelName | 'dnat-plain' | 'gue';

interface Variant {
  readonly model: ModelName;
  /** What a service of it says; other models' options it leaves out. */
  readonly settings: Readonly<Record<string, string | boolean>>;
  /** Of servers and network; texts `model.needs.ID`. */
  readonly needs: readonly string[];
  /** Texts `model.drawback.ID`, and what cures it `model.cure.ID`. */
  readonly drawbacks: readonly string[];
}

const aroundNeeds = ['vip-on-lo', 'same-port', 'way-to-clients'] as const;
const aroundDrawbacks = ['one-director', 'one-direction', 'same-port'] as const;
const throughDrawbacks = ['one-director', 'all-bandwidth', 'rewriting'] as const;

export const variants: Readonly<Record<VariantName, Variant>> = {
  nat: {
    model: 'nat',
    settings: {},
    needs: ['outside-address', 'gateway-nat'],
    drawbacks: ['nobody-in', 'ports-nat'],
  },
  dnat: {
    model: 'dnat',
    settings: {},
    needs: ['way-to-director', 'director-ports'],
    drawbacks: [...throughDrawbacks, 'client-hidden', 'ports'],
  },
  'dnat-plain': {
    model: 'dnat',
    settings: { snat: false },
    needs: ['gateway-director'],
    drawbacks: [...throughDrawbacks, 'one-way-back'],
  },
  dr: {
    model: 'dr',
    settings: {},
    needs: ['shared-segment', ...aroundNeeds],
    drawbacks: ['shared-segment', ...aroundDrawbacks, 'arp'],
  },
  tun: {
    model: 'tun',
    settings: {},
    needs: [...aroundNeeds, 'unwrapping', 'wide-mtu'],
    drawbacks: ['wrapper', ...aroundDrawbacks, 'every-server'],
  },
  gue: {
    model: 'tun',
    settings: { tunnel: 'gue' },
    needs: [...aroundNeeds, 'unwrapping-gue', 'wide-mtu-gue'],
    drawbacks: ['wrapper-gue', ...aroundDrawbacks, 'every-server'],
  },
};

export const variantNames = Object.keys(variants) as VariantName[];

/** The variant of a lab by its model and services: one of another kind only when all of them are. */
export function variantOf({
  model,
  services,
}: {
  readonly model: ModelName;
  readonly services: readonly { readonly snat: boolean; readonly tunnel?: unknown }[];
}): VariantName {
  const all = (is: (service: (typeof services)[number]) => boolean) =>
    services.length > 0 && services.every(is);
  if (models[model].options.includes('snat') && all(({ snat }) => !snat)) return 'dnat-plain';
  return models[model].wraps && all(({ tunnel }) => tunnel !== undefined) ? 'gue' : model;
}

export const modelNames = Object.keys(models) as ModelName[];
export const serviceModels = modelNames.filter(balances);

/** Whether the model gives a service's connections to servers; `nat` gives hosts an outside address instead. */
export function balances(model: ModelName): model is ServiceModel {
  return models[model].worksAt === 'director';
}

/** Whether the server sees the director's address for the client's. */
export function hidesClient({
  model,
  snat,
}: {
  readonly model: ServiceModel;
  readonly snat: boolean;
}): boolean {
  return models[model].translates && snat;
}
