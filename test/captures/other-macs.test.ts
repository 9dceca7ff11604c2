import assert from 'node:assert/strict';
import type { CaptureSource } from '../../src/captures/source.ts';
import { tellCaptures } from '../../src/captures/tell-captures.ts';
import { JourneyBuilder } from '../../src/journey/journey-builder.ts';
import type { Report } from '../../src/journey/report.ts';
import type { Mac } from '../../src/packet/address.ts';
import { parseMac } from '../../src/packet/address.ts';
import type { CaptureRecord } from '../../src/packet/capture.ts';
import { makeTranslate } from '../support/translate.ts';
import { byNode, capturedOf, undirected, type Captured } from './captured.ts';

const VIRTUAL = parseMac('00:00:5e:00:01:33')!;
const bytesOf = (mac: Mac) =>
  Array.from({ length: 6 }, (_, at) => Math.floor(mac / 2 ** (8 * (5 - at))) % 256);
const macAt = (bytes: Uint8Array, at: number) =>
  bytes.subarray(at, at + 6).reduce((sum, one) => sum * 256 + one, 0);
const isArp = (bytes: Uint8Array) => bytes[12] === 8 && bytes[13] === 6;

function reportOf(sources: readonly CaptureSource[], { plan }: Captured) {
  const told = tellCaptures(sources, plan);
  const { points: capturePoints, wholePoints, clockErrorsNs } = told;
  const translate = makeTranslate('en');
  const options = {
    engine: 'capture',
    startedAt: 'T',
    translate,
    capturePoints,
    wholePoints,
    clockErrorsNs,
  } as const;
  const builder = new JourneyBuilder(told.plan, options);
  builder.add(told.events);
  return { told, report: builder.report() };
}

/** Everything that is said of it, without what must differ: bytes of MAC addresses. */
const verdictsOf = ({ promises, flows, journeys, explanations }: Report) => ({
  promises: promises.map(({ id, verdict }) => `${id} ${verdict}`),
  flows: flows.map(({ kind, client, service, outcome }) => [
    kind,
    client.node,
    service.address,
    outcome.kind,
  ]),
  journeys: journeys.map(({ kind, outcome, hops }) => [
    kind,
    outcome,
    hops.map(({ from, to }) => `${from}>${to}`),
  ]),
  explanations: explanations.map(({ code }) => code),
});

/** The same files, their frames changed. */
const changed = (
  sources: readonly CaptureSource[],
  change: (bytes: Uint8Array, record: CaptureRecord) => void,
  make: (record: CaptureRecord) => CaptureRecord = (record) => record,
): CaptureSource[] =>
  sources.map(({ name, capture }) => ({
    name,
    capture: {
      ...capture,
      records: capture.records.map((record) => {
        const bytes = record.bytes.slice();
        change(bytes, record);
        return make({ ...record, bytes });
      }),
    },
  }));

/** That a node answers by ARP with another MAC address, to which others send; it sends from its own. */
const answersWith =
  (own: Mac, other: Mac) =>
  (bytes: Uint8Array): void => {
    if (macAt(bytes, 0) === own) bytes.set(bytesOf(other), 0);
    if (!isArp(bytes)) return;
    const isReply = bytes[21] === 2;
    if (isReply && macAt(bytes, 6) === own) {
      bytes.set(bytesOf(other), 6);
      bytes.set(bytesOf(other), 22);
    }
  };

describe('a node with more MAC addresses than one', () => {
  for (const example of ['dr', 'tun', 'dnat'] as const) {
    describe(example, () => {
      let captured: Captured;
      let plain: ReturnType<typeof reportOf>;
      const macOf = (node: string, segment: string) =>
        captured.plan.nodes
          .find(({ name }) => name === node)!
          .interfaces.find((one) => one.segment === segment)!.mac;
      before(async () => {
        captured = await capturedOf(example);
        plain = reportOf(byNode(captured), captured);
      });

      for (const node of ['director', 'router'] as const)
        it(`as a virtual router, ${node} is judged as with one`, () => {
          // Where it answers who asks for it: else others have its own, from its questions.
          const segments = captured.plan.nodes
            .find(({ name }) => name === node)!
            .interfaces.filter(({ mac }) =>
              captured.capture.records.some(
                ({ bytes }) => isArp(bytes) && bytes[21] === 2 && macAt(bytes, 6) === mac,
              ),
            );
          assert.ok(segments.length > 0);
          for (const make of [(record: CaptureRecord) => record, undirected]) {
            const sources = segments.reduce(
              (files, { segment }, index) =>
                changed(files, answersWith(macOf(node, segment), (VIRTUAL + index) as Mac), make),
              byNode(captured),
            );
            const { told, report } = reportOf(sources, captured);
            assert.deepEqual(verdictsOf(report), verdictsOf(plain.report));
            assert.match(
              String(told.notes.find(({ code }) => code === 'other-macs')?.params['macs']),
              /00:00:5e/,
            );
            assert.equal(
              told.notes.some(({ code }) => code === 'unknown-macs'),
              false,
            );
          }
        });

      it('as a server that sends from two, by its own recording, is judged as with one', () => {
        const own = macOf(
          'rs1',
          captured.plan.nodes.find(({ name }) => name === 'rs1')!.interfaces[0]!.segment,
        );
        const second = parseMac('02:ff:00:00:00:07')!;
        // Every packet with an odd IP id.
        const bonded = (bytes: Uint8Array) => {
          if (!isArp(bytes) && bytes[19]! % 2 === 1 && macAt(bytes, 6) === own) bytes.set(bytesOf(second), 6);
        };
        const { report } = reportOf(changed(byNode(captured), bonded), captured);
        assert.deepEqual(verdictsOf(report), verdictsOf(plain.report));
      });
    });
  }

  it('is not made of two that answer for one address, nor of a stranger that answers for the VIP', async () => {
    const captured = await capturedOf('dr');
    const { plan } = captured;
    const director = plan.nodes.find(({ name }) => name === 'director')!.interfaces[0]!.mac;
    const stranger = parseMac('02:ff:00:00:00:07')!;
    // The router, which asks, alone.
    const sources = byNode(captured).filter(({ name }) => name.startsWith('router'));
    const { told } = reportOf(changed(sources, answersWith(director, stranger)), captured);
    assert.equal(
      told.notes.some(({ code }) => code === 'other-macs'),
      false,
    );
  });
});
