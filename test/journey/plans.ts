import { loadTopology } from '../../src/lab/topology/load.ts';
import type { Plan, PlannedInterface, PlannedNode } from '../../src/lab/topology/plan.ts';
import { type Ipv4, type Mac, parseIpv4 } from '../../src/packet/address.ts';

/** Small networks to tell packet stories in: client – router – director – servers. */

export const drText = `
model: dr
service: { vip: 10.0.2.100, port: 80, servers: [rs1, rs2] }
segments: { outside: 10.0.1.0/24, inside: 10.0.2.0/24 }
nodes:
  client:   { role: client,   at: { outside: 10.0.1.10 }, gateway: router }
  router:   { role: router,   at: { outside: 10.0.1.1, inside: 10.0.2.1 } }
  director: { role: director, at: { inside: 10.0.2.2 },  gateway: router }
  rs1:      { role: server,   at: { inside: 10.0.2.11 }, gateway: router }
  rs2:      { role: server,   at: { inside: 10.0.2.12 }, gateway: router }
`;

export const dnatText = `
model: dnat
service: { vip: 10.0.2.100, port: 80, servers: { rs1: { port: 8080 }, rs2: { port: 8080 } } }
segments: { outside: 10.0.1.0/24, middle: 10.0.2.0/24, inside: 10.0.3.0/24 }
nodes:
  client:   { role: client,   at: { outside: 10.0.1.10 }, gateway: router }
  router:   { role: router,   at: { outside: 10.0.1.1, middle: 10.0.2.1 } }
  director: { role: director, at: { middle: 10.0.2.2, inside: 10.0.3.2 }, gateway: router }
  rs1:      { role: server,   at: { inside: 10.0.3.11 }, gateway: director }
  rs2:      { role: server,   at: { inside: 10.0.3.12 }, gateway: director }
`;

export const tunText = `
model: tun
service: { vip: 10.0.2.100, port: 80, servers: [rs1, rs2] }
segments: { outside: 10.0.1.0/24, front: { subnet: 10.0.2.0/24, mtu: 1520 }, back: { subnet: 10.0.3.0/24, mtu: 1520 } }
nodes:
  client:   { role: client,   at: { outside: 10.0.1.10 }, gateway: router }
  router:   { role: router,   at: { outside: 10.0.1.1, front: 10.0.2.1, back: 10.0.3.1 } }
  director: { role: director, at: { front: 10.0.2.2 },   gateway: router }
  rs1:      { role: server,   at: { back: 10.0.3.11 },   gateway: router }
  rs2:      { role: server,   at: { back: 10.0.3.12 },   gateway: router }
`;

export const natText = `
model: nat
segments: { home: 192.168.1.0/24, outside: 203.0.113.0/24 }
nodes:
  pc1: { role: client, at: { home: 192.168.1.10 }, gateway: nat }
  pc2: { role: client, at: { home: 192.168.1.11 }, gateway: nat }
  nat: { role: router, at: { home: 192.168.1.1, outside: 203.0.113.1 }, nat: outside }
  web: { role: server, at: { outside: 203.0.113.80 }, gateway: nat }
traffic: [{ from: pc1, to: web, count: 1 }]
`;

export function planOf(text: string): Plan {
  const { plan, problems } = loadTopology(text, 'test.lblab.yaml');
  if (!plan) throw new Error(JSON.stringify(problems));
  return plan;
}

/** The plan with one node changed. */
export function withNode(plan: Plan, name: string, change: Partial<PlannedNode>): Plan {
  return { ...plan, nodes: plan.nodes.map((node) => (node.name === name ? { ...node, ...change } : node)) };
}

/** The plan with one interface changed. */
export function withPort(plan: Plan, name: string, segment: string, change: Partial<PlannedInterface>): Plan {
  const { interfaces } = plan.nodes.find((node) => node.name === name)!;
  return withNode(plan, name, {
    interfaces: interfaces.map((port) => (port.segment === segment ? { ...port, ...change } : port)),
  });
}

export function ip(text: string): Ipv4 {
  return parseIpv4(text)!;
}

export function macOf(plan: Plan, node: string, segment: string): Mac {
  return plan.nodes.find(({ name }) => name === node)!.interfaces.find((port) => port.segment === segment)!
    .mac;
}

export function addressOf(plan: Plan, node: string, segment: string): Ipv4 {
  return plan.nodes.find(({ name }) => name === node)!.interfaces.find((port) => port.segment === segment)!
    .address;
}
