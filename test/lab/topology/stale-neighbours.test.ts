import assert from 'node:assert/strict';
import { formatIpv4 } from '../../../src/packet/address.ts';
import { newlyAnswered, staleNeighbours } from '../../../src/lab/topology/stale-neighbours.ts';
import { planOf } from '../embedded/testbed.ts';

const text = `
model: dr
service: { vip: 203.0.113.100, port: 80, director: lb1, servers: [rs1] }
segments: { outside: 198.51.100.0/24, front: 203.0.113.0/24 }
nodes:
  client: { role: client,   at: { outside: 198.51.100.10 }, gateway: router }
  router: { role: router,   at: { outside: 198.51.100.1, front: 203.0.113.1 } }
  lb1:    { role: director, at: { front: { address: 203.0.113.2 } }, gateway: router }
  lb2:    { role: director, at: { front: { address: 203.0.113.3 } }, gateway: router }
  rs1:    { role: server,   at: { front: 203.0.113.11 }, gateway: router }
`;

function staleAfter(...edits: readonly (readonly [from: string, to: string])[]): string[] {
  const edited = edits.reduce((all, [from, to]) => all.replace(from, to), text);
  assert.notEqual(edited, text);
  return staleNeighbours(planOf(text), planOf(edited)).map(
    ({ segment, address }) => `${segment} ${formatIpv4(address)}`,
  );
}

describe('neighbour entries that an edit makes stale', () => {
  it('a VIP that moves, an interface that goes down: none, for a network in operation would not notice either', () => {
    assert.deepEqual(staleAfter(['director: lb1', 'director: lb2']), []);
    assert.deepEqual(staleAfter(['address: 203.0.113.2', 'address: 203.0.113.2, down: true']), []);
    assert.deepEqual(
      staleAfter(
        ['director: lb1', 'director: lb2'],
        ['address: 203.0.113.2', 'address: 203.0.113.2, down: true'],
      ),
      [],
    );
  });

  it('one director in place of several: it need not have had the VIP, and has nobody to announce it to', () => {
    const several = text.replace('director: lb1', 'directors: [lb1, lb2]');
    const stale = (before: string, after: string) =>
      staleNeighbours(planOf(before), planOf(after)).map(({ address }) => formatIpv4(address));
    assert.deepEqual(stale(several, text), ['203.0.113.100']);
    assert.deepEqual(stale(several, text.replace('director: lb1', 'directors: [lb2, lb1]')), []);
  });

  it('a server that shows or hides the VIP: the VIP, where the server is', () => {
    const shown = [
      '203.0.113.11 }, gateway: router',
      '203.0.113.11 }, gateway: router, hideVip: false',
    ] as const;
    // With `arp_ignore` 0 it would answer for every address of its own, but it has one only.
    assert.deepEqual(staleAfter(shown), ['front 203.0.113.100']);
  });

  it('an address or a MAC that changes, a node that is gone', () => {
    assert.deepEqual(staleAfter(['front: 203.0.113.11', 'front: 203.0.113.12']), ['front 203.0.113.11']);
    assert.deepEqual(staleAfter(['address: 203.0.113.3', "address: 203.0.113.3, mac: '02:00:00:00:99:01'"]), [
      'front 203.0.113.3',
    ]);
    assert.deepEqual(
      staleAfter([
        '  lb2:    { role: director, at: { front: { address: 203.0.113.3 } }, gateway: router }\n',
        '',
      ]),
      ['front 203.0.113.3'],
    );
  });

  it('what is new was known to nobody', () => {
    assert.deepEqual(
      staleAfter([
        '\n  rs1:',
        '\n  rs2:    { role: server, at: { front: 203.0.113.12 }, gateway: router }\n  rs1:',
      ]),
      [],
    );
  });
});

describe('addresses that somebody answers for after an edit, and nobody did before', () => {
  const between = (before: string, after: string) =>
    newlyAnswered(planOf(before), planOf(after)).map(
      ({ segment, address }) => `${segment} ${formatIpv4(address)}`,
    );
  const downAt = (address: string) => text.replace(`address: ${address}`, `address: ${address}, down: true`);

  it('an interface that comes up, with the VIP of its director', () => {
    const down = downAt('203.0.113.2');
    assert.deepEqual(between(down, text), ['front 203.0.113.2', 'front 203.0.113.100']);
    assert.deepEqual(between(downAt('203.0.113.3'), text), ['front 203.0.113.3']);
    assert.deepEqual(between(text, down), []);
  });

  it('a node that is new or starts; of one that was paused, what its processes answer for', () => {
    assert.deepEqual(between(text.replace(/ {2}lb2: .*\n/, ''), text), ['front 203.0.113.3']);
    const plan = planOf(text);
    const lb1 = (state: 'paused' | 'stopped') => ({
      ...plan,
      nodes: plan.nodes.map((node) => (node.name === 'lb1' ? { ...node, state } : node)),
    });
    const told = (state: 'paused' | 'stopped') =>
      newlyAnswered(lb1(state), plan).map(({ address }) => formatIpv4(address));
    assert.deepEqual(told('paused'), ['203.0.113.100']);
    assert.deepEqual(told('stopped'), ['203.0.113.2', '203.0.113.100']);
  });

  it('none where somebody had answered already: a VIP that moves, a MAC that changes', () => {
    assert.deepEqual(between(text, text.replace('director: lb1', 'director: lb2')), []);
    const another = text.replace('address: 203.0.113.3', "address: 203.0.113.3, mac: '02:00:00:00:99:01'");
    assert.deepEqual(between(text, another), []);
  });
});
