/** A lab of each kind without problems, and what is wrong after an edit. Each fixture is named for the code it shows. */

export const dr = `model: dr
service:
  vip: 10.0.2.100
  port: 80
  servers: [rs1, rs2]
segments:
  outside: 10.0.1.0/24
  inside: 10.0.2.0/24
nodes:
  client:   { role: client,   at: { outside: 10.0.1.10 }, gateway: router }
  router:   { role: router,   at: { outside: 10.0.1.1, inside: 10.0.2.1 } }
  director: { role: director, at: { inside: 10.0.2.2 },   gateway: router }
  rs1:      { role: server,   at: { inside: 10.0.2.11 },  gateway: router }
  rs2:      { role: server,   at: { inside: 10.0.2.12 },  gateway: router }
traffic:
  - { from: client, every: 1s, count: 4, request: GET / }
`;

export const nat = `model: nat
segments:
  inside: 192.168.1.0/24
  outside: 203.0.113.0/24
nodes:
  pc1:    { role: client, at: { inside: 192.168.1.11 } }
  pc2:    { role: client, at: { inside: 192.168.1.12 } }
  router: { role: router, at: { inside: 192.168.1.1, outside: 203.0.113.2 }, nat: outside }
  web:    { role: server, at: { outside: 203.0.113.80 } }
traffic:
  - { from: [pc1, pc2], sourcePort: 50000, count: 1 }
`;

export const tun = edit(
  dr,
  ['model: dr', 'model: tun'],
  [
    '  inside: 10.0.2.0/24',
    '  inside: { subnet: 10.0.2.0/24, mtu: 1520 }\n  back: { subnet: 10.0.3.0/24, mtu: 1520 }',
  ],
  ['inside: 10.0.2.1 }', 'inside: 10.0.2.1, back: 10.0.3.1 }'],
  ['at: { inside: 10.0.2.12 }', 'at: { back: 10.0.3.12 }'],
);

export const dnat = edit(dr, ['model: dr', 'model: dnat']);

/** Two directors. */
export const pair = edit(
  dr,
  ['port: 80\n', 'port: 80\n  directors: [director, second]\n'],
  ['nodes:', 'nodes:\n  second: { role: director, at: { inside: 10.0.2.3 }, gateway: router }'],
);

/** With a sorry server. */
export const checked = edit(
  dr,
  ['port: 80\n', 'port: 80\n  check: { http: GET /, every: 2s }\n  sorry: rs3\n'],
  ['traffic:', '  rs3:      { role: server,   at: { inside: 10.0.2.13 },  gateway: router }\ntraffic:'],
);

/** Replaces the first occurrence of each text; a text that is not there is a mistake in the test. */
export function edit(
  text: string,
  ...edits: readonly (readonly [find: string, replacement: string])[]
): string {
  return edits.reduce((result, [find, replacement]) => {
    if (!result.includes(find)) throw new Error(`not in the fixture: ${find}`);
    return result.replace(find, () => replacement);
  }, text);
}

const RS1 = 'at: { inside: 10.0.2.11 },  gateway: router }';
const RS2 = 'at: { inside: 10.0.2.12 },  gateway: router }';

export const fixtures: Readonly<Record<string, string>> = {
  'yaml-syntax': edit(dr, ['port: 80', 'port: "\\q"']),
  'yaml-unclosed': edit(dr, ['port: 80', 'port: [80']),
  'yaml-unclosed: a quote': edit(dr, ['port: 80', 'port: "80']),
  'yaml-colon': edit(dr, ['port: 80', 'port 80']),
  'yaml-colon: at the end of a map': edit(dr, ['rs1, rs2]', 'rs1, rs2]\n  scheduler rr']),
  'yaml-comma': edit(dr, ['{ role: client, ', '{ role: client ']),
  'yaml-nested-map': edit(dr, ['port: 80', 'port: of: 80']),
  'yaml-nested-map: too far': edit(dr, ['  port: 80', '    port: 80']),
  'yaml-indent': edit(dr, ['  port: 80', ' port: 80']),
  'yaml-unexpected': edit(dr, ['port: 80', 'port: ]80']),
  'yaml-unexpected: a reserved character': edit(dr, ['port: 80', 'port: @80']),
  'yaml-key': `${dr}? { a: 1 }\n: 2\n`,
  'yaml-tab': edit(dr, ['  vip', '\tvip']),
  'yaml-duplicate-key': edit(dr, ['  port: 80', '  port: 80\n  port: 81']),
  'yaml-several-documents': `${dr}---\nmodel: dr\n`,
  'yaml-alias': edit(dr, ['port: 80', 'port: *nothing']),
  'yaml-alias: of itself': edit(dr, ['servers: [rs1, rs2]', 'servers: &all [rs1, *all]']),
  'yaml-too-large': `a: ${'['.repeat(50)}${']'.repeat(50)}\n`,
  'yaml-tag': edit(dr, ['port: 80', 'port: 80\n  scheduler: !nice rr']),
  'file-empty': '# nothing yet\n',
  'not-a-map': '- model: dr\n',
  'not-a-map: a word': 'model dr\n',
  'unknown-key': edit(dr, ['  port: 80', '  port: 80\n  schedular: rr']),
  'unknown-key: at the top': `${dr}speed: fast\n`,
  'unknown-key: of an interface': edit(dr, [
    '{ inside: 10.0.2.2 }',
    '{ inside: { address: 10.0.2.2, mtv: 1400 } }',
  ]),
  'missing-key': edit(dr, ['  vip: 10.0.2.100\n', '']),
  'missing-section': edit(nat, ['model: nat\n', '']),
  'empty-value': edit(dr, ['vip: 10.0.2.100', 'vip:']),
  'empty-collection': edit(dr, ['at: { inside: 10.0.2.2 }', 'at: {}']),
  'expected-map': edit(dr, ['{ outside: 10.0.1.10 }', '[10.0.1.10]']),
  'expected-list': edit(dr, ['  - { from: client, every: 1s, count: 4, request: GET / }', '  from: client']),
  'expected-number': edit(dr, ['port: 80', 'port: "80"']),
  'expected-boolean': edit(dnat, ['port: 80', 'port: 80\n  snat: yes']),
  'expected-text': edit(dr, ['gateway: router', 'gateway: 7']),
  'unknown-choice': edit(dr, ['role: server', 'role: sever']),
  'unknown-choice: in a list': `${dr}expect: { broken: [vip-onyl] }\n`,
  'out-of-range': edit(dr, ['port: 80', 'port: 80000']),
  'out-of-range: enormous': edit(dr, ['port: 80', 'port: 1000000000000000000000']),
  'too-many': edit(dr, ['from: client', `from: [${Array<string>(200).fill('client').join(', ')}]`]),
  'bad-name': edit(dr, ['  rs1:  ', '  rs 1: ']),
  'bad-name: a prototype': edit(dr, [
    'nodes:',
    'nodes:\n  __proto__: { role: client, at: { outside: 10.0.1.66 } }',
  ]),
  'bad-address': edit(dr, ['10.0.2.11', '10.0.2.311']),
  'bad-address: a number': edit(dr, ['10.0.2.11', '10.2']),
  'address-not-unicast': edit(dr, ['vip: 10.0.2.100', 'vip: 224.0.0.1']),
  'bad-cidr': edit(dr, ['10.0.1.0/24', '10.0.1.0']),
  'cidr-host-bits': edit(dr, ['10.0.1.0/24', '10.0.1.5/24']),
  'cidr-host-bits: of a route': edit(dr, [
    'inside: 10.0.2.1 } }',
    'inside: 10.0.2.1 }, routes: { 10.9.0.1/16: client } }',
  ]),
  'subnet-size': edit(dr, ['10.0.1.0/24', '10.0.1.0/31']),
  'bad-mac': edit(dr, ['{ inside: 10.0.2.2 }', '{ inside: { address: 10.0.2.2, mac: 02:00:00:00:02 } }']),
  'mac-not-unicast': edit(dr, [
    '{ inside: 10.0.2.2 }',
    '{ inside: { address: 10.0.2.2, mac: 01:00:5e:00:00:01 } }',
  ]),
  'bad-duration': edit(dr, ['every: 1s', 'every: 1']),
  'bad-size': edit(dr, ['count: 4', 'count: 4, response: 10 lots']),
  'bad-probability': edit(dr, ['{ inside: 10.0.2.2 }', '{ inside: { address: 10.0.2.2, loss: 150% } }']),
  'bad-port-range': edit(dr, ['at: { inside: 10.0.2.2 }', 'at: { inside: 10.0.2.2 }, ports: 50000-40000']),
  'bad-request': edit(dr, ['GET /', 'FETCH it']),
  'service-twice': `${dr}services: { web: { vip: 10.0.2.101, port: 80 } }\n`,
  'missing-service': edit(dr, ['service:\n  vip: 10.0.2.100\n  port: 80\n  servers: [rs1, rs2]\n', '']),
  'service-needs-model': `${nat}service: { vip: 203.0.113.100, port: 80 }\n`,
  'unknown-segment': edit(dr, ['inside: 10.0.2.11', 'insied: 10.0.2.11']),
  'unknown-segment: of nat': edit(nat, ['nat: outside', 'nat: outsid']),
  'unknown-node': edit(dr, ['gateway: router', 'gateway: ruoter']),
  'unknown-node: who sends': edit(dr, ['from: client', 'from: cleint']),
  'unknown-server': edit(dr, ['[rs1, rs2]', '[rs1, rs3]']),
  'unknown-server: of a map': edit(dr, ['[rs1, rs2]', '{ rs1: {}, web: { weight: 2 } }']),
  'unknown-destination': edit(dr, ['from: client', 'from: client, to: servce']),
  'wrong-role': edit(dr, ['[rs1, rs2]', '[rs1, router]']),
  'overlapping-subnets': edit(dr, ['10.0.1.0/24', '10.0.0.0/16']),
  'duplicate-address': edit(dr, ['10.0.2.12', '10.0.2.11']),
  'duplicate-mac': edit(
    dr,
    ['inside: 10.0.2.11', 'inside: { address: 10.0.2.11, mac: 02:00:00:00:00:07 }'],
    ['inside: 10.0.2.12', 'inside: { address: 10.0.2.12, mac: 02-00-00-00-00-07 }'],
  ),
  'duplicate-server': edit(dr, ['[rs1, rs2]', '[rs1, rs1]']),
  'address-outside-segment': edit(dr, ['10.0.2.11', '10.0.3.11']),
  'address-reserved': edit(dr, ['10.0.2.11', '10.0.2.255']),
  'address-reserved: the VIP': edit(dr, ['10.0.2.100', '10.0.2.0']),
  'gateway-not-adjacent': edit(dr, ['gateway: router', 'gateway: director']),
  'gateway-not-adjacent: an address': edit(dr, ['gateway: router', 'gateway: 10.0.2.1']),
  'no-director': edit(dr, ['role: director', 'role: router']),
  'which-director': edit(dr, [
    'nodes:',
    'nodes:\n  second: { role: director, at: { inside: 10.0.2.3 }, gateway: router }',
  ]),
  'no-servers': edit(dr, ['[rs1, rs2]', '[]']),
  'tunnel-port-taken': edit(tun, ['port: 80', 'protocol: udp\n  port: 6080\n  tunnel: gue']),
  'tunnel-port-taken: as it is written': edit(tun, [
    'port: 80',
    'protocol: udp\n  port: 80\n  tunnel: gue\n  tunnelPort: 80',
  ]),
  'dr-across-router': edit(
    dr,
    ['inside: 10.0.2.0/24', 'inside: 10.0.2.0/24\n  back: 10.0.3.0/24'],
    ['inside: 10.0.2.1 }', 'inside: 10.0.2.1, back: 10.0.3.1 }'],
    [RS2, 'at: { back: 10.0.3.12 }, gateway: router }'],
  ),
  'vip-is-node-address': edit(dr, ['vip: 10.0.2.100', 'vip: 10.0.2.2']),
  'vip-two-directors': edit(
    dr,
    [
      'service:\n  vip: 10.0.2.100\n  port: 80\n  servers: [rs1, rs2]\n',
      'services:\n  web: { vip: 10.0.2.100, port: 80, director: director }\n  api: { vip: 10.0.2.100, port: 81, director: second }\n',
    ],
    ['nodes:', 'nodes:\n  second: { role: director, at: { inside: 10.0.2.3 }, gateway: router }'],
    ['from: client', 'from: client, to: web'],
  ),
  'director-and-directors': edit(pair, ['directors:', 'director: director\n  directors:']),
  'directors-differ': edit(
    pair,
    [
      'service:\n  vip: 10.0.2.100\n  port: 80\n  directors: [director, second]\n  servers: [rs1, rs2]\n',
      'services:\n  web: { vip: 10.0.2.100, port: 80, directors: [director, second] }\n  api: { vip: 10.0.2.101, port: 80, directors: [second, director] }\n',
    ],
    ['from: client', 'from: client, to: web'],
  ),
  'directors-apart': edit(
    pair,
    ['10.0.2.0/24', '10.0.2.0/24\n  back: 10.0.3.0/24'],
    ['inside: 10.0.2.1 }', 'inside: 10.0.2.1, back: 10.0.3.1 }'],
    ['nodes:', 'vrrp: { alsoMoves: [10.0.3.254] }\nnodes:'],
    ['at: { inside: 10.0.2.3 }', 'at: { inside: 10.0.2.3, back: 10.0.3.3 }'],
  ),
  'bad-advertisement-interval': edit(pair, ['nodes:', 'vrrp: { advert: 15ms }\nnodes:']),
  'gateway-stays': edit(
    pair,
    ['model: dr', 'model: dnat'],
    ['port: 80', 'snat: false\n  port: 80'],
    [RS1, 'at: { inside: 10.0.2.11 },  gateway: director }'],
    [RS2, 'at: { inside: 10.0.2.12 },  gateway: 10.0.2.254 }'],
    ['nodes:', 'vrrp: { alsoMoves: [10.0.2.254] }\nnodes:'],
  ),
  'bad-positive-duration': edit(checked, ['every: 2s', 'every: 0s']),
  'check-one-probe': edit(checked, ['http: GET /, every: 2s', 'every: 2s']),
  'check-one-probe: two of them': edit(checked, ['http: GET /, ', 'http: GET /, tcp: true, ']),
  'sorry-is-server': edit(checked, ['sorry: rs3', 'sorry: rs2']),
  'quorum-too-high': edit(checked, ['sorry: rs3', 'sorry: rs3\n  quorum: 3']),
  'check-unanswered': edit(checked, ['port: 80', 'protocol: udp\n  port: 53']),
  'no-effect: sorry and quorum without a check': edit(checked, [
    '  check: { http: GET /, every: 2s }\n',
    '  quorum: 2\n',
  ]),
  'no-effect: quorum without sorry': edit(checked, ['  sorry: rs3\n', '  quorum: 2\n']),
  'no-effect: a status that nobody asks for': edit(checked, ['http: GET /', 'tcp: true, status: 200']),
  'no-effect: vrrp without several directors': edit(dr, ['nodes:', 'vrrp: { preempt: false }\nnodes:']),
  'duplicate-service': edit(
    dr,
    [
      'service:\n  vip: 10.0.2.100\n  port: 80\n  servers: [rs1, rs2]\n',
      'services:\n  web: { vip: 10.0.2.100, port: 80 }\n  api: { vip: 10.0.2.100, port: 80 }\n',
    ],
    ['from: client', 'from: client, to: web'],
  ),
  'no-nat-router': edit(nat, [', nat: outside', '']),
  'nat-not-attached': edit(
    nat,
    ['  outside: 203.0.113.0/24', '  outside: 203.0.113.0/24\n  third: 10.3.0.0/24'],
    ['nat: outside', 'nat: third'],
  ),
  'which-destination': edit(nat, [
    'traffic:',
    '  web2: { role: server, at: { outside: 203.0.113.81 } }\ntraffic:',
  ]),
  'datagram-too-big': edit(dr, ['request: GET /', 'protocol: icmp, upload: 100KB']),
  'datagram-too-big: of a UDP service, by its address': edit(
    dr,
    ['  port: 80', '  port: 80\n  protocol: udp'],
    ['request: GET /', 'to: 10.0.2.100, response: 100MB, upload: 65000'],
  ),
  'missing-gateway': edit(dr, ['{ outside: 10.0.1.10 }, gateway: router', '{ outside: 10.0.1.10 }']),
  'missing-gateway: of a server': edit(dr, [RS1, 'at: { inside: 10.0.2.11 } }']),
  'missing-gateway: of a server in plain dnat': edit(
    dnat,
    ['port: 80', 'snat: false\n  port: 80'],
    [RS1, 'at: { inside: 10.0.2.11 } }'],
    [RS2, 'at: { inside: 10.0.2.12 }, gateway: director }'],
  ),
  'missing-gateway: of the director in tun': edit(tun, [
    '{ inside: 10.0.2.2 },   gateway: router',
    '{ inside: 10.0.2.2 }',
  ]),
  'missing-gateway: in a block': edit(dr, [
    '  client:   { role: client,   at: { outside: 10.0.1.10 }, gateway: router }',
    '  client:\n    role: client\n    at: { outside: 10.0.1.10 }   # no gateway',
  ]),
  'gateway-nobody': edit(dr, [
    '{ outside: 10.0.1.10 }, gateway: router',
    '{ outside: 10.0.1.10 }, gateway: 10.0.1.254',
  ]),
  'no-path': edit(nat, ['count: 1', 'count: 1, to: 203.0.113.99']),
  'no-path: to an address on no segment': edit(dr, ['from: client,', 'from: client, to: 10.9.9.9,']),
  'no-path-back': edit(dr, [RS1, 'at: { inside: 10.0.2.11 },  gateway: director }']),
  'vip-unreachable': edit(dr, ['10.0.2.100', '10.0.1.100']),
  'vip-unreachable: but for a route': edit(
    dr,
    ['10.0.2.100', '10.9.9.9'],
    ['inside: 10.0.2.1 } }', 'inside: 10.0.2.1 }, routes: { 10.9.9.9/32: director } }'],
  ),
  'dr-port-map': edit(dr, ['[rs1, rs2]', '{ rs1: {}, rs2: { port: 8080 } }']),
  'tunnel-mtu': edit(tun, ['{ subnet: 10.0.3.0/24, mtu: 1520 }', '10.0.3.0/24']),
  'tunnel-mtu: of an interface': edit(tun, ['inside: 10.0.2.2', 'inside: { address: 10.0.2.2, mtu: 1500 }']),
  'tunnel-mtu: by GUE': edit(
    tun,
    ['port: 80', 'port: 80\n  tunnel: gue'],
    ['{ subnet: 10.0.3.0/24, mtu: 1520 }', '{ subnet: 10.0.3.0/24, mtu: 1532 }'],
  ),
  'dnat-gateway': edit(
    dnat,
    ['port: 80', 'snat: false\n  port: 80'],
    [RS2, 'at: { inside: 10.0.2.12 }, gateway: director }'],
  ),
  'dnat-same-segment': edit(
    dnat,
    ['port: 80', 'snat: false\n  port: 80'],
    [
      '{ role: client,   at: { outside: 10.0.1.10 }, gateway: router }',
      '{ role: client, at: { inside: 10.0.2.10 } }',
    ],
    [RS1, 'at: { inside: 10.0.2.11 }, gateway: director }'],
    [RS2, 'at: { inside: 10.0.2.12 }, gateway: director }'],
  ),
  'vip-not-hidden': edit(dr, [RS1, 'at: { inside: 10.0.2.11 }, gateway: router, hideVip: false }']),
  'vip-not-held': edit(dr, [RS1, 'at: { inside: 10.0.2.11 }, gateway: router, holdVip: false }']),
  'reverse-path-filter': edit(tun, [RS1, 'at: { inside: 10.0.2.11 }, gateway: router, rpFilter: strict }']),
  'no-decapsulator': edit(tun, [RS1, 'at: { inside: 10.0.2.11 }, gateway: router, decapsulate: false }']),
  'ports-not-translated': edit(nat, ['nat: outside', 'nat: outside, translatePorts: false']),
  'port-pool-small': edit(dnat, ['at: { inside: 10.0.2.2 }', 'at: { inside: 10.0.2.2 }, ports: 40000']),
  'port-pool-small: of a nat router': edit(nat, ['nat: outside', 'nat: outside, ports: 40000']),
  'all-drained': edit(dr, ['[rs1, rs2]', '{ rs1: { weight: 0 }, rs2: { weight: 0 } }']),
  'interface-down': edit(dr, ['inside: 10.0.2.2 }', 'inside: { address: 10.0.2.2, down: true } }']),
  'nobody-listens': edit(dr, [RS1, 'at: { inside: 10.0.2.11 }, gateway: router, listen: 8080 }']),
  'no-client': edit(
    dr,
    ['  client:   { role: client,   at: { outside: 10.0.1.10 }, gateway: router }\n', ''],
    ['traffic:\n  - { from: client, every: 1s, count: 4, request: GET / }\n', ''],
  ),
  'no-effect': edit(
    dr,
    [
      RS1,
      'at: { inside: 10.0.2.11 }, gateway: router, decapsulate: false, ports: 1-2, connReuseMode: 0, expireQuiescentTemplate: true, sloppyTcp: true }',
    ],
    ['port: 80', 'port: 80\n  snat: false\n  tunnel: gue\n  tunnelPort: 7000\n  schedulerFlags: [port]'],
  ),
  'no-effect: a port of a tunnel that has none': edit(tun, ['port: 80', 'port: 80\n  tunnelPort: 7000']),
  'bad-setting-path': `${dr}events:\n  - { at: 1s, set: nodes..rs1, to: 1 }\n`,
  'bad-interface-name': `${dr}events:\n  - { at: 1s, down: rs1 }\n`,
  'event-action': `${dr}events:\n  - { at: 1s }\n`,
  'event-action: two of them': `${dr}events:\n  - { at: 1s, stop: rs1, start: rs2 }\n`,
  'event-value': `${dr}events:\n  - { at: 1s, set: service.port }\n`,
  'event-value: without a setting': `${dr}events:\n  - { at: 1s, stop: rs1, to: 1 }\n`,
  'event-setting': `${dr}events:\n  - { at: 1s, set: expect.outcomes, to: [lost] }\n`,
  'event-setting: in what is no map': `${dr}events:\n  - { at: 1s, set: model.of, to: 1 }\n`,
  'event-setting: what is not there cannot go': `${dr}events:\n  - { at: 1s, remove: nodes.rs1.listen }\n`,
  'event-changes-nothing': `${dr}events:\n  - { at: 1s, set: service.port, to: 80 }\n`,
  'unknown-node: in an event': `${dr}events:\n  - { at: 1s, stop: rs3 }\n`,
  'unknown-segment: in an event': `${dr}events:\n  - { at: 1s, down: rs1.outside }\n`,
  'out-of-range: in an event': `${dr}events:\n  - { at: 1s, set: service.servers.rs1.weight, to: -1 }\n`,
  'event-setting: a key that nothing has': `${dr}events:\n  - { at: 1s, set: nodes.rs1.wheight, to: 1 }\n`,
  'dr-across-router: after an event': edit(
    dr,
    ['  inside: 10.0.2.0/24', '  inside: 10.0.2.0/24\n  back: 10.0.3.0/24'],
    ['inside: 10.0.2.1 }', 'inside: 10.0.2.1, back: 10.0.3.1 }'],
    ['traffic:', 'events:\n  - { at: 1s, set: nodes.rs1.at, to: { back: 10.0.3.11 } }\ntraffic:'],
  ),
  'unused-segment': edit(dr, ['  inside: 10.0.2.0/24', '  inside: 10.0.2.0/24\n  spare: 10.0.9.0/24']),
};
