import assert from 'node:assert/strict';
import { decodeFrame } from '../../../src/packet/decode.ts';
import type { FrameEvent } from '../../../src/lab/events.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { describeFrame, exampleText, planOf, runLab, sentLines } from './testbed.ts';

/** One client, one server, one request: what is left is the model. */
const network = (body: string) => `
segments: { outside: 10.0.1.0/24, inside: 10.0.2.0/24 }
nodes:
  client:   { role: client,   at: { outside: 10.0.1.10 }, gateway: router }
  router:   { role: router,   at: { outside: 10.0.1.1, inside: 10.0.2.1 } }
  director: { role: director, at: { inside: 10.0.2.2 }, gateway: router }
  rs1:      { role: server,   at: { inside: 10.0.2.11 }, gateway: ${body.includes('snat: false') ? 'director' : 'router'} }
traffic: [{ count: 1 }]
${body}`;

const service = 'service: { vip: 10.0.2.100, port: 80';

/** The hops of the SYN and of the SYN-ACK, in order. */
const paths: Readonly<Record<string, { readonly text: string; readonly hops: readonly string[] }>> = {
  dr: {
    text: network(`model: dr\n${service} }`),
    hops: [
      'client→router 10.0.1.10→10.0.2.100 64 SYN',
      'router→director 10.0.1.10→10.0.2.100 63 SYN',
      'director→rs1 10.0.1.10→10.0.2.100 62 SYN',
      'rs1→router 10.0.2.100→10.0.1.10 64 SYN+ACK',
      'router→client 10.0.2.100→10.0.1.10 63 SYN+ACK',
    ],
  },
  tun: {
    text: network(`model: tun\n${service} }`),
    hops: [
      'client→router 10.0.1.10→10.0.2.100 64 SYN',
      'router→director 10.0.1.10→10.0.2.100 63 SYN',
      'director→rs1 10.0.2.2→10.0.2.11 62 10.0.1.10→10.0.2.100 62 SYN',
      'rs1→router 10.0.2.100→10.0.1.10 64 SYN+ACK',
      'router→client 10.0.2.100→10.0.1.10 63 SYN+ACK',
    ],
  },
  dnat: {
    text: network(`model: dnat\n${service} }`),
    hops: [
      'client→router 10.0.1.10→10.0.2.100 64 SYN',
      'router→director 10.0.1.10→10.0.2.100 63 SYN',
      'director→rs1 10.0.2.2→10.0.2.11 62 SYN',
      'rs1→director 10.0.2.11→10.0.2.2 64 SYN+ACK',
      'director→router 10.0.2.100→10.0.1.10 63 SYN+ACK',
      'router→client 10.0.2.100→10.0.1.10 62 SYN+ACK',
    ],
  },
  'dnat without snat': {
    text: network(`model: dnat\n${service}, snat: false }`),
    hops: [
      'client→router 10.0.1.10→10.0.2.100 64 SYN',
      'router→director 10.0.1.10→10.0.2.100 63 SYN',
      'director→rs1 10.0.1.10→10.0.2.11 62 SYN',
      'rs1→director 10.0.2.11→10.0.1.10 64 SYN+ACK',
      'director→router 10.0.2.100→10.0.1.10 63 SYN+ACK',
      'router→client 10.0.2.100→10.0.1.10 62 SYN+ACK',
    ],
  },
  nat: {
    text: `
model: nat
segments: { inside: 192.168.1.0/24, outside: 203.0.113.0/24 }
nodes:
  pc:     { role: client, at: { inside: 192.168.1.11 }, gateway: router }
  router: { role: router, nat: outside, at: { inside: 192.168.1.1, outside: 203.0.113.2 } }
  web:    { role: server, at: { outside: 203.0.113.80 } }
traffic: [{ count: 1 }]`,
    hops: [
      'pc→router 192.168.1.11→203.0.113.80 64 SYN',
      'router→web 203.0.113.2→203.0.113.80 63 SYN',
      'web→router 203.0.113.80→203.0.113.2 64 SYN+ACK',
      'router→pc 203.0.113.80→192.168.1.11 63 SYN+ACK',
    ],
  },
};

describe('A request in every model', () => {
  for (const [model, { text, hops }] of Object.entries(paths)) {
    const run = () => runLab(planOf(text));
    it(`${model}: takes the way and has the headers it should`, () => {
      assert.deepEqual(
        sentLines(run(), (line) => line.endsWith(' SYN') || line.endsWith('SYN+ACK')),
        hops,
      );
    });

    it(`${model}: is ten packets at the client, all with valid checksums`, () => {
      const lab = run();
      assert.deepEqual(lab.outcomes(), ['answered']);
      const [client] = lab.plan.nodes;
      const seen = lab.frames().filter(({ node, bytes }) => node === client?.name && isTcp(bytes));
      const kinds = seen.map(({ direction, bytes }) => `${direction} ${tcpWords(lab.plan, bytes)}`);
      assert.deepEqual(kinds, [
        'out SYN',
        'in SYN+ACK',
        'out ACK',
        'out PSH+ACK data',
        'in ACK',
        'in PSH+ACK data',
        'out ACK',
        'out FIN+ACK',
        'in FIN+ACK',
        'out ACK',
      ]);
      for (const { bytes } of lab.frames()) assertChecksums(bytes);
    });

    it(`${model}: every frame sent arrives where it was sent to`, () => {
      const lab = run();
      const arrived = lab.frames().filter(({ direction }) => direction === 'in');
      const sent = lab.frames().filter(({ direction }) => direction === 'out');
      for (const frame of sent) {
        const twin = arrived.find((other) => other.segment === frame.segment && sameFrame(other, frame));
        assert.ok(twin, describeFrame(lab.plan, frame.bytes));
        assert.ok(twin.timeNs > frame.timeNs);
        assert.notEqual(twin.bytes.buffer, frame.bytes.buffer, 'the receiver of an event owns its bytes');
      }
    });
  }

  for (const name of ['nat', 'dnat', 'dnat-plain', 'dr', 'tun']) {
    it(`examples/${name}: every request is answered`, () => {
      const plan = planOf(exampleText(name), name);
      const expected = plan.traffic.reduce((sum, { count }) => sum + count, 0);
      assert.deepEqual(runLab(plan).outcomes(), Array<string>(expected).fill('answered'));
    });
  }
});

function isTcp(bytes: Uint8Array): boolean {
  return decodeFrame(bytes).layers.some(({ kind }) => kind === 'tcp');
}

function tcpWords(plan: Plan, bytes: Uint8Array): string {
  const words = describeFrame(plan, bytes).split(' ');
  const flags = words.findIndex((word) => /FIN|SYN|RST|ACK/.test(word));
  return [words[flags], ...(words.length > flags + 1 ? ['data'] : [])].join(' ');
}

function assertChecksums(bytes: Uint8Array): void {
  const { layers, problem } = decodeFrame(bytes);
  assert.equal(problem, undefined);
  for (const layer of layers) if ('checksumOk' in layer) assert.notEqual(layer.checksumOk, false);
}

function sameFrame(a: FrameEvent, b: FrameEvent): boolean {
  return a.bytes.length === b.bytes.length && a.bytes.every((byte, at) => byte === b.bytes[at]);
}
