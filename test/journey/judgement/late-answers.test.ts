import assert from 'node:assert/strict';
import { JourneyBuilder } from '../../../src/journey/journey-builder.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { runLab } from '../../lab/embedded/testbed.ts';
import { makeTranslate } from '../../support/translate.ts';
import { dnatTable, drTable, Story, type PacketName, type Table } from '../oracle.ts';
import { dnatText, drText, planOf } from '../plans.ts';

const [dr, dnat] = [planOf(drText), planOf(dnatText)] as const;

/** How the only flow did that is no question about an address, in a capture of these, by whoever has one among them. */
function outcomeOf(plan: Plan, events: readonly LabEvent[]) {
  const builder = new JourneyBuilder(plan, {
    ...{ engine: 'capture', startedAt: '', translate: makeTranslate('en') },
    capturePoints: new Set(
      events.flatMap((event) => (event.kind === 'frame' ? `${event.node}.${event.segment}` : [])),
    ),
  });
  builder.add(events);
  const { flows } = builder.report();
  const [flow, ...others] = flows.filter(({ kind }) => kind !== 'arp');
  assert.deepEqual(others, []);
  return flow!.outcome;
}

describe('in a capture, an answer in part', () => {
  const talked: readonly PacketName[] = ['syn', 'syn-ack', 'ack', 'get', 'ack-get', 'ok'];
  const broken = (plan: Plan, table: Table, names: readonly PacketName[]) =>
    new Story(plan).talk(table, names, (step) => {
      if (step.name === 'ok') step.payload = 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nrs1\n';
    });
  const framesAt = ({ events }: Story, holds: (node: string, segment: string) => boolean) =>
    events.filter((event) => event.kind === 'frame' && holds(event.node, event.segment));

  it('is one where its client is known to have had some: by its own capture, or by its word', () => {
    const partial = { kind: 'partial', bytes: 4, ofBytes: 9, frames: [] };
    const own = framesAt(broken(dr, drTable(), talked), () => true);
    assert.deepEqual(outcomeOf(dr, own), partial);
    const servers = (names: readonly PacketName[]) =>
      outcomeOf(
        dr,
        framesAt(broken(dr, drTable(), names), (node) => node !== 'client' && node !== 'router'),
      );
    assert.notEqual(servers(talked).kind, 'partial');
    assert.deepEqual(servers([...talked, 'ack-ok']), partial);
    // It had none of the bytes, only what carries none.
    const none = broken(dr, drTable(), talked).events.filter(
      (event) => event.kind === 'frame' && !(event.node === 'client' && event.bytes.length > 80),
    );
    assert.notEqual(outcomeOf(dr, none).kind, 'partial');
  });

  it('is none, nor is it a whole one, where whoever asked was not recorded', () => {
    for (const payload of ['broken', 'whole'] as const) {
      const story =
        payload === 'broken' ? broken(dnat, dnatTable(), talked) : new Story(dnat).talk(dnatTable(), talked);
      assert.equal(
        outcomeOf(
          dnat,
          framesAt(story, (_, segment) => segment === 'inside'),
        ).kind,
        'open',
      );
      const all = outcomeOf(
        dnat,
        framesAt(story, () => true),
      ).kind;
      assert.equal(all, payload === 'broken' ? 'partial' : 'answered');
    }
  });
});

describe('in a capture, datagrams that come when nobody waits any more', () => {
  /** The server's answers take longer than a client waits. */
  const asking = (...requests: readonly string[]) => {
    const traffic = requests.map((one) => `{ from: client, sourcePort: 5060, count: 1, ${one} }`).join();
    const text = drText
      .replace('port: 80,', 'port: 80, protocol: udp,')
      .replace(
        'rs1:      { role: server,   at: { inside: 10.0.2.11 }',
        'rs1:      { role: server,   at: { inside: { address: 10.0.2.11, delay: 600ms } }',
      )
      .replace('servers: [rs1, rs2]', 'servers: [rs1]');
    const { plan, frames } = runLab(planOf(`${text}\ntraffic: [${traffic}]\n`));
    return outcomeOf(plan, frames());
  };

  it('answer nobody, where the client turned all of them away', () => {
    const outcome = asking('timeout: 500ms');
    assert.ok(outcome.kind === 'lost');
    assert.deepEqual([outcome.at, outcome.reason], ['client', 'client-gave-up']);
  });

  it('answer all the same, where one of them was taken', () => {
    assert.deepEqual(asking('timeout: 500ms', 'after: 1s, timeout: 2s'), { kind: 'answered' });
  });
});
