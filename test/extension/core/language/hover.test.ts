import assert from 'node:assert/strict';
import { hover } from '../../../../src/extension/core/language/hover/hover.ts';
import type { LiveState } from '../../../../src/extension/core/language/live-lab.ts';
import { makeTranslate } from '../../../support/translate.ts';
import { models } from './models.ts';
import { nat, tun } from '../../../lab/topology/fixtures.ts';
import { atCursor, cursorLine, drWith, withNode } from './cursor.ts';

const en = makeTranslate('en');

/** A file with the cursor in it, and what the hover must say, each somewhere. */
const cases: [marked: string, says: readonly RegExp[]][] = [
  // What a key does.
  [drWith('  port: 80', '  po│rt: 80'), [/The port that clients connect to/, /From 1 to 65535/]],
  [drWith('  vip:', '  vi│p:'), [/The address that clients know/, /`10\.0\.2\.11`/]],
  [drWith('port: 80', 'port: 80\n  schedul│er: wrr'), [/How a server is chosen/, /When left out: `rr`/]],
  [withNode('  rs3: { role: server, hide│Vip: false }'), [/answer ARP for the VIP/, /`true`, `false`/]],
  [withNode('  rs3: { at: { inside: { address: 10.0.2.13, m│tu: 1400 } } }'), [/From 576 to 9000/]],
  ['traff│ic:\n', [/The requests that clients send/]],
  ['ser│vice: {', [/The one service/]],
  // Words.
  [drWith('port: 80', 'port: 80\n  scheduler: wl│c'), [/fewest connections for its weight/]],
  [withNode('  rs3: { role: serv│er }'), [/a real server, which answers/]],
  ['expect:\n  broken: [vip-ar│p]', [/Only the director answers ARP/]],
  ['expect:\n  explanations: [no-ro│ute', [/could not deliver a packet for `address`/]],
  ['expect: { problems: [dr-across-│router] }', [/`vip`|router/]],
  // The model, with its header table.
  [
    'model: d│r',
    [/changes only the frame/, /\| \*\*director → server\*\* \| CIP → VIP \|/, /around the director/],
  ],
  ['mod│el: dnat', [/How the load balancer works/, /\*\*DIP → RIP\*\*/, /\*\*VIP → CIP\*\*/]],
  ['model: tu│n', [/wraps the packet/, /\*\*DIP → RIP\*\* \[CIP → VIP\]/]],
  ['model: na│t', [/\*\*EXT\*\* → SIP/, /\*\*eport\*\* → sport/]],
  // Nodes, wherever they are named.
  [
    drWith('  rs1:', '  rs│1:'),
    [/a real server/, /10\.0\.2\.11\/24/, /02:\w\w:/, /`lo` \| 10\.0\.2\.100\/32 \| VIP, hidden/],
  ],
  [
    drWith('{ from: client', '{ from: cl│ient'),
    [/a client/, /10\.0\.1\.10\/24/, /Default route: `router` \(10\.0\.1\.1\)/],
  ],
  [drWith('gateway: router', 'gateway: rout│er'), [/a router/, /10\.0\.2\.1\/24/]],
  [drWith('gateway: router', 'gateway: 10.0.│1.1'), [/`router`/, /10\.0\.2\.1\/24/]],
  [
    withNode('  rs3: { role: server, at: { inside: 10.0.2.13 }, hideVip: false, gateway: router }').replace(
      '[rs1, rs2]',
      '[r│s3]',
    ),
    [/VIP, answers ARP/],
  ],
  [
    drWith(
      'role: server,   at: { inside: 10.0.2.11 }',
      'role: server, at: { inside: { address: 10.0.2.11, down: true } }',
    ).replace('  rs1:', '  │rs1:'),
    [/\(down\)/],
  ],
  // Servers and services.
  [
    drWith('[rs1, rs2]', '[r│s1, rs2]'),
    [/about 50.% of the new connections of `service` \(`rr`, weight 1\)/, /10\.0\.2\.11/],
  ],
  [
    drWith('[rs1, rs2]', '{ rs1: { weight: 3 }, r│s2: {} }').replace(
      'port: 80',
      'port: 80\n  scheduler: wrr',
    ),
    [/about 25.%/],
  ],
  [drWith('[rs1, rs2]', '{ r│s1: { weight: 0 }, rs2: {} }'), [/Weight 0: it keeps/]],
  [
    drWith('service:', 'services:\n │')
      .replace(' │', '  w│eb:')
      .replace(/ {2}vip[^]*?segments/, '    vip: 10.0.2.100\n    port: 80\nsegments'),
    [/10\.0\.2\.100:80\/tcp · `dr` · `rr`/, /\| `rs1` \| 10\.0\.2\.11:80 \| 1 \| 50.% \|/],
  ],
  [drWith('count: 4', 'count: 4, to: serv│ice'), [/10\.0\.2\.100:80\/tcp/]],
  // Segments.
  [drWith('  inside:', '  insi│de:'), [/10\.0\.2\.0\/24 · MTU 1500/, /`router`, `director`, `rs1`, `rs2`/]],
  [drWith('at: { inside: 10.0.2.2 }', 'at: { ins│ide: 10.0.2.2 }'), [/10\.0\.2\.0\/24/]],
  [nat.replace('nat: outside', 'nat: outs│ide'), [/203\.0\.113\.0\/24/]],
  [tun.replace('back: { subnet', 'ba│ck: { subnet'), [/MTU 1520/]],
  // In a broken file what can be told is told.
  [drWith('  rs1:', '  rs│1:').replace('vip: 10.0.2.100', 'vip: ['), [/a real server/]],
];

describe('hover', () => {
  for (const [marked, says] of cases) {
    it(cursorLine(marked), () => {
      const text = textAt(marked);
      for (const pattern of says) assert.match(text, pattern);
    });
  }

  it('says nothing where there is nothing to say', () => {
    for (const marked of [
      '# mod│el: dr',
      'model: dr│ x',
      'speed│: 1',
      drWith('80', '8│0'),
      'nodes:\n  ghost: { gateway: ni│x }',
    ])
      assert.equal(textAt(marked), '', marked);
  });

  it('tells what the running lab shows', () => {
    const live: LiveState = {
      flowCount: 0,
      text: '',
      nodeState: (node) => (node === 'rs1' ? 'paused' : 'running'),
      serverShare: (service, server) => (service === 'service' && server === 'rs1' ? 0.123 : 0.877),
    };
    assert.match(textAt(drWith('[rs1, rs2]', '[r│s1, rs2]'), live), /has got 12.% so far/);
    assert.match(textAt(drWith('  rs1:', '  rs│1:'), live), /a real server, which answers · paused/);
    assert.match(textAt(drWith('count: 4', 'to: serv│ice'), live), /\| 12.% \|/);
  });

  it('is Chinese in Chinese', () => {
    const { topology, offset } = atCursor('model: d│r');
    const text = hover(topology, offset, makeTranslate('zh-cn'))!.blocks.join('\n');
    assert.match(text, /负载均衡器 → 服务器/);
    assert.doesNotMatch(text, /language\./);
  });

  for (const model of models) {
    it(`has a header table of ${model}`, () => {
      const table = textAt(`model: ${model}│`);
      assert.ok(table.split('\n').filter((line) => line.startsWith('|')).length >= 5);
      assert.doesNotMatch(table, /language\./);
    });
  }
});

function textAt(marked: string, live?: LiveState): string {
  const { topology, offset } = atCursor(marked);
  return hover(topology, offset, en, live)?.blocks.join('\n') ?? '';
}
