import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LabView, LaneView } from '../../src/panel-protocol/messages.ts';
import { BOX, mapOf, wayOf, type NetworkMap } from '../../src/webview/map-layout.ts';

/** Clients outside, a router between, and inside a director with servers; `extra` segments behind it. */
function lab(clients: number, servers: number, extra = 0): LabView {
  const names = ['outside', 'inside', ...Array.from({ length: extra }, (_, index) => `rack${index}`)];
  const node = (name: string, role: LaneView['role'], ...on: readonly string[]): LaneView => ({
    name,
    role,
    forwards: role === 'director',
    interfaces: on.map((segment) => ({ segment, address: '10.0.0.1', prefixLength: 24, mac: '' })),
    vips: [],
    state: 'running',
    position: 0,
    gone: false,
  });
  const nodes = [
    ...Array.from({ length: clients }, (_, index) => node(`c${index}`, 'client', 'outside')),
    node('router', 'router', 'outside', 'inside'),
    node('director', 'director', 'inside', ...names.slice(2)),
    ...Array.from({ length: servers }, (_, index) => node(`rs${index}`, 'server', names.at(-1)!)),
  ];
  return {
    ...{ name: 'lab', file: 'lab.lblab.yaml', model: 'dr', engine: 'embedded', startedAt: '' },
    ...{ nodes, services: [], traffic: [], names: [] },
    segments: names.map((name) => ({ name, subnet: '10.0.0.0/24', gone: false })),
  };
}

const all = ({ nodes }: LabView): number[] => nodes.map((_, index) => index);

function boxes({ nodes }: NetworkMap) {
  return nodes.map(({ x, y }) => ({
    left: x - BOX.width / 2,
    right: x + BOX.width / 2,
    top: y - BOX.height / 2,
    bottom: y + BOX.height / 2,
  }));
}

const shapes = fc.record({
  clients: fc.nat(12),
  servers: fc.integer({ min: 1, max: 40 }),
  extra: fc.nat(3),
  width: fc.integer({ min: 200, max: 1400 }),
});

describe('webview: the map', () => {
  it('every node has a box of full size, in view sideways, and none lies over another', () => {
    fc.assert(
      fc.property(shapes, ({ clients, servers, extra, width }) => {
        const view = lab(clients, servers, extra);
        const map = mapOf(view, all(view), width);
        const placed = boxes(map);
        assert.equal(placed.length, view.nodes.length);
        for (const [index, one] of placed.entries()) {
          assert.ok(one.left >= 0 && one.right <= map.width && one.top >= 0 && one.bottom <= map.height);
          for (const other of placed.slice(index + 1)) {
            const apart =
              one.right <= other.left ||
              other.right <= one.left ||
              one.bottom <= other.top ||
              other.bottom <= one.top;
            assert.ok(apart, `${JSON.stringify(one)} ${JSON.stringify(other)}`);
          }
        }
      }),
    );
  });

  it('bars pass between boxes, and each link ends on a bar of its segment', () => {
    fc.assert(
      fc.property(shapes, ({ clients, servers, extra, width }) => {
        const view = lab(clients, servers, extra);
        const map = mapOf(view, all(view), width);
        const placed = boxes(map);
        for (const { bars, segment } of map.segments) {
          for (const { y, fromX, toX } of bars) {
            const crossed = placed.filter(
              ({ left, right, top, bottom }) => y > top && y < bottom && left < toX && right > fromX,
            );
            assert.deepEqual(crossed, []);
          }
          for (const link of map.nodes
            .flatMap(({ links }) => links)
            .filter((one) => one.segment === segment)) {
            assert.ok(bars.some(({ y, fromX, toX }) => y === link.barY && fromX <= link.x && link.x <= toX));
          }
        }
      }),
    );
  });

  it('a packet goes from box to box along bars and trunk, never aslant', () => {
    const view = lab(3, 30);
    const map = mapOf(view, all(view), 500);
    const [director, last] = [view.nodes.findIndex(({ name }) => name === 'director'), view.nodes.length - 1];
    const way = wayOf(map, { from: director, to: last, segment: 1 });
    assert.equal(way.length, 6);
    for (const [index, [x, y]] of way.entries()) {
      const [fromX, fromY] = way[Math.max(0, index - 1)]!;
      assert.ok(x === fromX || y === fromY);
    }
    const at = map.nodes.find(({ node }) => node === last)!;
    assert.deepEqual(way.at(-1), [at.x, at.y - BOX.height / 2]);
    // To nobody: it ends on the wire.
    assert.equal(wayOf(map, { from: director, to: 0xffff, segment: 1 }).length, 2);
    assert.deepEqual(wayOf(map, { from: 0xffff, to: last, segment: 1 }), []);
  });

  it('of a way alone there are its own nodes and segments, and how many more', () => {
    const view = lab(8, 30);
    const map = mapOf(view, [2, 8, 9, 20], 500);
    assert.deepEqual(
      map.segments.map(({ others }) => others),
      [7, 29],
    );
    assert.ok(map.height < 300, String(map.height));
  });
});
