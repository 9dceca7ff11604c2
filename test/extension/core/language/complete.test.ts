import assert from 'node:assert/strict';
import { complete } from '../../../../src/extension/core/language/complete/complete.ts';
import type { Completion } from '../../../../src/extension/core/language/complete/completion.ts';
import { makeTranslate } from '../../../support/translate.ts';
import { dr, nat } from '../../../lab/topology/fixtures.ts';
import { atCursor, cursorLine, drWith, topologyOf, withNode } from './cursor.ts';

const translate = makeTranslate('en');
const SCHEDULERS = 'rr wrr lc wlc sed nq sh dh mh fo ovf';
const REQUEST_KEYS =
  'from to port protocol request count every after timeout response upload sourcePort load';

/** A file with the cursor in it, and the labels that are offered, in order; `…` where more follow. */
const cases: [marked: string, labels: string][] = [
  // Keys, from the schema.
  ['│', 'model segments nodes service services vrrp traffic events expect'],
  ['mo│', 'model segments nodes service services vrrp traffic events expect'],
  ['model: dr\n│', 'segments nodes service services vrrp traffic events expect'],
  [`${dr}│`, 'vrrp events expect'],
  [
    drWith('port: 80', 'port: 80\n  │'),
    'protocol scheduler schedulerFlags snat model tunnel tunnelPort director directors persistence check quorum sorry',
  ],
  [
    drWith('port: 80', 'port: 80\n  sch│'),
    'protocol scheduler schedulerFlags snat model tunnel tunnelPort director directors persistence check quorum sorry',
  ],
  [
    'model: dr\nservice:\n  │',
    'vip port protocol scheduler schedulerFlags servers snat model tunnel tunnelPort director directors persistence check quorum sorry',
  ],
  [
    'model: dr\nservice: { │',
    'vip port protocol scheduler schedulerFlags servers snat model tunnel tunnelPort director directors persistence check quorum sorry',
  ],
  [
    'services:\n  web:\n    vip: 10.0.0.1\n    │',
    'port protocol scheduler schedulerFlags servers snat model tunnel tunnelPort director directors persistence check quorum sorry',
  ],
  ['segments:\n  inside: { │', 'subnet mtu'],
  ['segments:\n  inside: { subnet: 10.0.0.0/24, │}', 'mtu'],
  [withNode('  rs3: { │'), 'role at gateway …'],
  [
    withNode('  rs3: { role: server, │'),
    'at gateway routes hideVip holdVip decapsulate listen rpFilter nat …',
  ],
  [withNode('  r2: { role: router, │ }'), 'at gateway routes nat ports translatePorts decrementTtl …'],
  [withNode('  d2:\n    role: director\n    │'), 'at gateway routes ports noEntry onRemove connReuseMode …'],
  [withNode('  rs3:\n    role: server\n    hi│'), 'at gateway routes hideVip …'],
  [withNode('  rs3: { role: server, at: { inside: { │'), 'address mac mtu loss delay drop down'],
  [`${dr}  - │`, REQUEST_KEYS],
  [`${dr}  - { │`, REQUEST_KEYS],
  [`${dr}  - { from: client, │ }`, REQUEST_KEYS.replace('from ', '')],
  [`${dr}  - from: client\n    │`, REQUEST_KEYS.replace('from ', '')],
  [`${dr}expect:\n  │`, 'outcomes broken explanations problems'],
  // Words, from the schema.
  ['model: │', 'nat dnat dr tun'],
  ['model:│', 'nat dnat dr tun'],
  ['model: d│r\nnodes:\n', 'nat dnat dr tun'],
  [drWith('port: 80', 'port: 80\n  scheduler: │'), SCHEDULERS],
  [drWith('port: 80', 'port: 80\n  scheduler: w│'), SCHEDULERS],
  [drWith('port: 80', 'port: 80\n  protocol: │'), 'tcp udp'],
  ['service: { vip: 10.0.0.1, scheduler: │ }', SCHEDULERS],
  [withNode('  rs3: { role: │'), 'client router director server'],
  [withNode('  rs3: { role: s│ }'), 'client router director server'],
  [withNode('  rs3: { hideVip: │'), 'true false'],
  [withNode('  rs3: { rpFilter: │ }'), 'off strict loose'],
  [withNode('  rs3: { at: { inside: { address: 10.0.2.13, drop: [│'), 'icmp tcp udp ipip vrrp'],
  [withNode('  rs3: { at: { inside: { address: 10.0.2.13, drop: [icmp, │] } } }'), 'tcp udp ipip vrrp'],
  [`${dr}  - { from: client, request: │`, 'GET / POST /upload'],
  [`${dr}  - { from: client, every: │`, '1s 200ms 50us'],
  [`${dr}expect:\n  broken: [│`, 'vip-only vip-arp through-director …'],
  [`${dr}expect:\n  broken:\n    - vip-only\n    - │`, 'vip-arp through-director …'],
  [`${dr}expect: { explanations: [│`, 'vip-two-answers vip-not-local dr-port-map …'],
  [`${dr}expect:\n  problems: [│]`, 'yaml-syntax yaml-unclosed …'],
  [`${dr}expect:\n  outcomes: [answered, │]`, 'partial refused lost unsent ambiguous'],
  // Names, from the file.
  [drWith('[rs1, rs2]', '[│'), 'rs1 rs2'],
  [drWith('[rs1, rs2]', '[rs1, │]'), 'rs2'],
  [drWith('[rs1, rs2]', '[rs1, r│]'), 'rs2'],
  [drWith('[rs1, rs2]', '\n    - rs1\n    - │'), 'rs2'],
  [drWith('[rs1, rs2]', '{ rs1: {}, │ }'), 'rs2'],
  [drWith('[rs1, rs2]', '│'), '[rs1, rs2]'],
  [drWith('port: 80', 'port: 80\n  director: │'), 'director'],
  [withNode('  rs3: { role: server, at: { inside: 10.0.2.13 }, gateway: │'), 'router director'],
  [withNode('  c2: { role: client, at: { outside: 10.0.1.13 }, gateway: r│ }'), 'router'],
  [withNode('  rs3: { role: server, at: { inside: 10.0.2.13 }, routes: { │'), '10.0.1.0/24 0.0.0.0/0'],
  [withNode('  rs3: { at: { inside: 10.0.2.13 }, routes: { 10.0.1.0/24: │'), 'router director'],
  [withNode('  rs3: { role: server, at: { │'), 'outside inside'],
  [withNode('  rs3: { role: server, at: { outside: 10.0.1.9, │ } }'), 'inside'],
  [withNode('  rs3: { role: server, at: │ }'), '{ outside: 10.0.1.11 } { inside: 10.0.2.13 }'],
  [nat.replace('nat: outside', 'nat: │'), 'inside outside'],
  [`${dr}  - { from: │`, 'client'],
  [`${dr}  - { from: client, to: │`, 'service rs1 rs2'],
  // Addresses nobody has.
  [withNode('  rs3: { role: server, at: { inside: │'), '10.0.2.13 10.0.2.14 10.0.2.15 10.0.2.16 10.0.2.17'],
  [withNode('  c2: { role: client, at: { outside: │ } }'), '10.0.1.11 …'],
  [withNode('  rs3: { role: server, at: { inside: { address: │'), '10.0.2.13 …'],
  [drWith('vip: 10.0.2.100', 'vip: │'), '10.0.2.100 10.0.2.101 10.0.2.102'],
  ['segments:\n  a: 10.0.1.0/24\n  b: │\n', '10.0.2.0/24 …'],
  ['segments:\n  a: { subnet: │', '10.0.1.0/24'],
  // Whole entries.
  [withNode('  │'), 'client2 router2 director2 rs3'],
  [withNode('  rs3: │'), '{ role: client, … } { role: router, … } …'],
  [drWith('segments:', 'segments:\n  │'), 'front'],
  ['model: dr\nservices:\n  │', 'web'],
  [dr.replace(/traffic:[^]*/, 'traffic:\n  │'), '- { from: … }'],
  [`${dr}  │`, '- { from: … } …'],
  // Where nothing of a topology is typed.
  ['# model: │', ''],
  ['model: dr # │', ''],
  ['nonsense:\n  │', ''],
  ['model: dr\n  │', ''],
];

describe('completion', () => {
  for (const [marked, labels] of cases) {
    it(`${cursorLine(marked)}  →  ${labels}`, () => {
      const offered = labelsAt(marked).join(' ');
      if (labels.endsWith(' …')) assert.ok(offered.startsWith(labels.slice(0, -2)), offered);
      else assert.equal(offered, labels);
    });
  }

  it('writes what comes after a key, as it fits there', () => {
    const inserts = (marked: string) => new Map(itemsAt(marked).map(({ label, insert }) => [label, insert]));
    assert.equal(inserts('│').get('nodes'), 'nodes:\n  $0');
    assert.equal(inserts('│').get('model'), 'model: ');
    assert.equal(inserts(withNode('  rs3: { │')).get('at'), 'at: { $0 }');
    assert.equal(inserts(`${dr}expect:\n  │`).get('broken'), 'broken: [$0]');
    assert.equal(inserts('mod│: dr').get('model'), 'model');
    assert.equal(inserts('model:│').get('dr'), ' dr');
    assert.equal(inserts(withNode('  rs3: { role: server, at: { │')).get('inside'), 'inside: 10.0.2.13');
  });

  it('asks for the value after a key', () => {
    assert.ok(itemsAt('│').find(({ label }) => label === 'model')?.again);
  });

  it('replaces the word that the cursor is in', () => {
    const { topology, offset } = atCursor(drWith('gateway: router', 'gateway: ro│uter'));
    const { replace } = complete(topology, offset, translate);
    assert.equal(topology.text.slice(replace.start, replace.end), 'router');
  });

  it('gives whole nodes that make no new problem', () => {
    for (const { label, insert } of itemsAt(withNode('  │'))) {
      const line = insert.replace(/\$\{\d+:([^}]*)\}/g, '$1').replace(/\$\d/g, '');
      const { problems } = topologyOf(withNode(`  ${line}`)).loaded;
      // Of two directors a service must name one: that is for the author to say.
      const others = problems.filter(({ code }) => code !== 'which-director');
      assert.deepEqual(others, [], label);
    }
  });

  it('explains what it offers, in both languages', () => {
    for (const locale of ['en', 'zh-cn'] as const) {
      const { topology, offset } = atCursor(drWith('port: 80', 'port: 80\n  scheduler: │'));
      for (const { label, documentation } of complete(topology, offset, makeTranslate(locale)).items) {
        assert.ok(documentation && documentation.length > 3, label);
        assert.equal(/\p{Script=Han}/u.test(documentation), locale === 'zh-cn');
      }
    }
    const [first] = itemsAt('│');
    assert.match(first!.documentation!, /How the load balancer works/);
    assert.equal(first!.detail, 'required');
  });
});

function itemsAt(marked: string): readonly Completion[] {
  const { topology, offset } = atCursor(marked);
  return complete(topology, offset, translate).items;
}

function labelsAt(marked: string): string[] {
  return itemsAt(marked).map(({ label }) => label);
}
