/**
 * The files that mysteries are put under: each sound as it stands. They say little, for what a file says cannot be hidden:
 * no pool of ports, no weights, no routes.
 */

const frontAndInside = (model: string, servers: string, gateway: string) => `${model}

segments:
  outside: 10.0.1.0/24
  front: 10.0.2.0/24
  inside: 10.0.3.0/24

nodes:
  client1:  { role: client,   at: { outside: 10.0.1.10 }, gateway: router }
  client2:  { role: client,   at: { outside: 10.0.1.11 }, gateway: router }
  router:   { role: router,   at: { outside: 10.0.1.1, front: 10.0.2.1 } }
  director: { role: director, at: { front: 10.0.2.2, inside: 10.0.3.2 }, gateway: router }
  rs1:      { role: server,   at: { inside: 10.0.3.11 }${gateway} }
  rs2:      { role: server,   at: { inside: 10.0.3.12 }${gateway} }
${servers}`;

const traffic = (size: string) => `
traffic:
  - { from: client1, every: 1s, count: 4, request: GET /, ${size} }
  - { from: client2, every: 1s, count: 2, after: 500ms, request: GET /hello, ${size} }
`;

const tunnelled = (tunnel: string) => `model: tun

service:
  vip: 10.0.2.100
  port: 80
  tunnel: ${tunnel}
  servers: [rs1, rs2]

segments:
  outside: 10.0.1.0/24
  front: { subnet: 10.0.2.0/24, mtu: 1540 }
  east:  { subnet: 10.0.3.0/24, mtu: 1540 }
  west:  { subnet: 10.0.4.0/24, mtu: 1540 }

nodes:
  client1:  { role: client,   at: { outside: 10.0.1.10 }, gateway: router }
  client2:  { role: client,   at: { outside: 10.0.1.11 }, gateway: router }
  router:   { role: router,   at: { outside: 10.0.1.1, front: 10.0.2.1 } }
  director: { role: director, at: { front: 10.0.2.2 },    gateway: core }
  core:     { role: router,   at: { front: 10.0.2.3, east: 10.0.3.1, west: 10.0.4.1 } }
  rs1:      { role: server,   at: { east: 10.0.3.11 },    gateway: core }
  rs2:      { role: server,   at: { west: 10.0.4.12 },    gateway: core }
${traffic('upload: 4KB')}`;

export const mysteryLabs = {
  dr: `model: dr

service:
  vip: 10.0.2.100
  port: 80
  servers: [rs1, rs2]

segments:
  outside: 10.0.1.0/24
  inside: 10.0.2.0/24

nodes:
  client1:  { role: client,   at: { outside: 10.0.1.10 }, gateway: router }
  client2:  { role: client,   at: { outside: 10.0.1.11 }, gateway: router }
  router:   { role: router,   at: { outside: 10.0.1.1, inside: 10.0.2.1 } }
  director: { role: director, at: { inside: 10.0.2.2 },   gateway: router }
  rs1:      { role: server,   at: { inside: 10.0.2.11 },  gateway: router }
  rs2:      { role: server,   at: { inside: 10.0.2.12 },  gateway: router }
${traffic('response: 4KB')}`,

  nat: `model: nat

segments:
  inside: 192.168.1.0/24
  outside: 203.0.113.0/24

nodes:
  pc1:    { role: client, at: { inside: 192.168.1.11 }, gateway: router }
  pc2:    { role: client, at: { inside: 192.168.1.12 }, gateway: router }
  router: { role: router, at: { inside: 192.168.1.1, outside: 203.0.113.2 }, nat: outside }
  web1:   { role: server, at: { outside: 203.0.113.80 } }
  web2:   { role: server, at: { outside: 203.0.113.81 } }

traffic:
  - { from: [pc1, pc2], to: web1, sourcePort: 50000, count: 1 }
  - { from: pc1, to: web2, after: 1s, every: 1s, count: 2 }
  - { from: pc2, to: web2, after: 1500ms, every: 1s, count: 2, request: GET /hello }
`,

  dnat: frontAndInside(
    `model: dnat

service:
  vip: 10.0.2.100
  port: 80
  servers: { rs1: { port: 8080 }, rs2: { port: 8080 } }`,
    traffic('upload: 4KB, response: 4KB'),
    '',
  ),

  'dnat-plain': frontAndInside(
    `model: dnat

service:
  vip: 10.0.2.100
  port: 80
  servers: { rs1: { port: 8080 }, rs2: { port: 8080 } }
  snat: false`,
    traffic('upload: 4KB, response: 4KB'),
    ', gateway: director',
  ),

  tun: tunnelled('ipip'),
  gue: tunnelled('gue'),
} as const satisfies Readonly<Record<string, string>>;

export type MysteryLab = keyof typeof mysteryLabs;
