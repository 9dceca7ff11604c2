import assert from 'node:assert/strict';
import type { Hop } from '../../../src/journey/report.ts';
import { exampleText, planOf, runLab } from '../../lab/embedded/testbed.ts';
import { reportOfEvents, verdictsOf } from '../build-report.ts';

const dnat = exampleText('dnat');
const nat = exampleText('nat');
const clamped = (text: string, role: string, setting: string) =>
  text.replace(new RegExp(`role: ${role}\\n`), `role: ${role}\n    clampMss: ${setting}\n`);

/** Kind 2, length 4, then the value. */
const options = (hops: readonly Hop[]) =>
  hops.map(({ expected }) => expected.find(({ field }) => field === 'tcp.options')?.observed.slice(0, 8));

/** What the SYN and the SYN-ACK of the first connection announce, hop by hop. */
function announced(text: string, engine?: 'capture'): { readonly syn: unknown; readonly synAck: unknown } {
  const plan = planOf(text);
  const all = runLab(plan).events;
  const events = engine ? all.filter(({ kind }) => kind !== 'decision') : all;
  const report = reportOfEvents(plan, events, engine);
  assert.deepEqual(
    Object.entries(verdictsOf(report)).filter(([, verdict]) => verdict === 'broken'),
    [],
  );
  const hopsOf = (kind: string) => report.journeys.find((journey) => journey.kind === kind)!.hops;
  return { syn: options(hopsOf('syn')), synAck: options(hopsOf('syn-ack')) };
}

describe('a clamped maximum segment size', () => {
  it('is foretold on both sides of a dnat director, and no promise is broken by it', () => {
    assert.deepEqual(announced(clamped(dnat, 'director', '1200')), {
      syn: ['020405b4', '020405b4', '020404b0'],
      synAck: ['020405b4', '020404b0', '020404b0'],
    });
  });

  it('is recognised in a capture that no forwarder comments on', () => {
    assert.deepEqual(
      announced(clamped(dnat, 'director', '1200'), 'capture'),
      announced(clamped(dnat, 'director', '1200')),
    );
  });

  it('fits the narrower side', () => {
    const narrow = dnat.replace('inside: 10.0.3.0/24', 'inside: { subnet: 10.0.3.0/24, mtu: 1400 }');
    assert.notEqual(narrow, dnat);
    // 1400 less 40, of the client; the servers announce that of their own accord.
    assert.deepEqual(announced(clamped(narrow, 'director', 'mtu')), {
      syn: ['020405b4', '020405b4', '02040550'],
      synAck: ['02040550', '02040550', '02040550'],
    });
  });

  it('is foretold through a NAT router', () => {
    const { syn, synAck } = announced(clamped(nat, 'router', '1000'));
    assert.deepEqual(
      [syn, synAck],
      [
        ['020405b4', '020403e8'],
        ['020405b4', '020403e8'],
      ],
    );
  });
});
