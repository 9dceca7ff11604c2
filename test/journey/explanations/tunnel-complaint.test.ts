import assert from 'node:assert/strict';
import { runLab } from '../../lab/embedded/testbed.ts';
import { reportOfEvents } from '../build-report.ts';
import { planOf, tunText } from '../plans.ts';

/** An error about the outer packet that the director passes on to the client. */

const REQUEST = '\ntraffic: [{ from: client, count: 1 }]\n';

describe('a complaint about the tunnel', () => {
  const text = tunText.replace('at: { back: 10.0.3.11 },', 'at: { back: 10.0.3.11 }, decapsulate: false,');
  const plan = planOf(text + REQUEST);
  const report = reportOfEvents(plan, runLab(plan).events);
  const flow = report.flows.find(({ kind }) => kind === 'tcp');

  it('ends the flow at once: refused, by who complained, not by who passed it on', () => {
    assert.deepEqual(
      { ...flow?.outcome, frames: [] },
      { kind: 'refused', by: 'rs1', reason: 'protocol-unreachable', frames: [] },
    );
  });

  it('is taken by the director, for no reason to worry', () => {
    const hops = report.journeys.filter(({ kind }) => kind === 'icmp-error').flatMap(({ hops: all }) => all);
    const arrivals = hops.map(({ to, arrival }) => `${to} ${arrival.fate} ${arrival.reason}`);
    assert.deepEqual(arrivals, [
      'router forwarded ',
      'director accepted ',
      'router forwarded ',
      'client accepted ',
    ]);
  });

  it('has one explanation, which names the server’s setting', () => {
    assert.deepEqual(
      report.explanations.map(({ code, setting }) => `${code} ${setting}`),
      ['no-decapsulator nodes.rs1.decapsulate'],
    );
  });
});
