import assert from 'node:assert/strict';
import { reportOf } from '../build-report.ts';
import { drTable, Story, type PacketName, type Tamper } from '../oracle.ts';
import { drText, planOf } from '../plans.ts';

const dr = planOf(drText);

/** What the report calls each packet: its kind, and whether it was sent before. */
function told(names: readonly PacketName[], tamper?: Tamper): (readonly [string, boolean])[] {
  const { flows, journeys } = reportOf(new Story(dr).talk(drTable(), names, tamper));
  assert.equal(flows.length, 1);
  return journeys.map(({ kind, retransmission }) => [kind, retransmission]);
}

describe('a retransmission', () => {
  it('is what sends the same piece again, once or more', () => {
    assert.deepEqual(told(['syn', 'syn', 'syn-ack', 'syn-ack', 'ack', 'get', 'get', 'get', 'fin', 'fin']), [
      ['syn', false],
      ['syn', true],
      ['syn-ack', false],
      ['syn-ack', true],
      ['ack', false],
      ['data', false],
      ['data', true],
      ['data', true],
      ['fin', false],
      ['fin', true],
    ]);
  });

  it('is not what only acknowledges', () => {
    assert.deepEqual(told(['syn', 'ack', 'ack', 'ack-get', 'ack-get']).slice(1), [
      ['ack', false],
      ['ack', false],
      ['ack', false],
      ['ack', false],
    ]);
  });

  it('is not what the other side sends at the same number', () => {
    const at =
      (sequence: number): Tamper =>
      (step) => {
        step.sequence = sequence;
      };
    for (const names of [
      ['syn', 'syn-ack'],
      ['syn', 'ok'],
      ['get', 'ok'],
      ['get', 'syn-ack'],
    ] as const)
      assert.deepEqual(
        told(names, at(7)).map(([, again]) => again),
        [false, false],
        names.join(),
      );
  });

  it('is not data at the number of a SYN, nor at the next', () => {
    for (const by of [0, 1])
      assert.deepEqual(
        told(['syn', 'get'], (step) => (step.sequence = step.name === 'syn' ? 7 : 7 + by)),
        [
          ['syn', false],
          ['data', false],
        ],
      );
  });

  it('of a question about an address is the question asked again, and never an answer', () => {
    const story = new Story(dr);
    story.arp('inside', 'router', '10.0.2.1', '10.0.2.11');
    story.nowNs += 1e9;
    story.arp('inside', 'router', '10.0.2.1', '10.0.2.11', 'rs1', 'rs2');
    assert.deepEqual(
      reportOf(story).journeys.map(({ kind, retransmission }) => [kind, retransmission]),
      [
        ['arp-request', false],
        ['arp-request', true],
        ['arp-reply', false],
        ['arp-reply', false],
      ],
    );
  });
});
