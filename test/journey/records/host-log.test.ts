import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { HostLog } from '../../../src/journey/records/host-log.ts';
import type { HostEvent } from '../../../src/lab/events.ts';
import { asIpv4 } from '../../../src/packet/address.ts';
import { runLab } from '../../lab/embedded/testbed.ts';
import { reportOf, reportOfEvents } from '../build-report.ts';
import { planOf } from '../plans.ts';

const packet = {
  source: asIpv4(1),
  destination: asIpv4(2),
  protocol: 6,
  sourcePort: 40000,
  destinationPort: 80,
};
const event = (timeNs: number, more: Partial<HostEvent> = {}): HostEvent => ({
  kind: 'host',
  timeNs,
  node: 'rs1',
  reason: 'no-route',
  packet,
  ...more,
});

describe('what hosts told', () => {
  it('is one of a kind, the latest, and found by its addresses and ports', () => {
    const log = new HostLog();
    log.add(event(1), 0);
    log.add(event(2), 0);
    log.add(event(3, { packet: { ...packet, sourcePort: 40001 } }), 1);
    assert.deepEqual(
      log.ofEpoch(0).map((one) => one.event.timeNs),
      [2],
    );
    assert.deepEqual(
      log.about({ ...packet }).map((one) => one.event.timeNs),
      [2],
    );
    assert.equal(log.ofEpoch(1).length, 1);
    assert.deepEqual([log.told(), log.told()], [3, 0]);
  });

  it('is forgotten with what is not kept', () => {
    const log = new HostLog();
    log.add(event(1), 0);
    log.prune(2);
    assert.deepEqual([log.ofEpoch(0), log.about(packet)], [[], []]);
  });

  for (const name of ['dr-gateway-wrong-udp', 'arp-loss-mtu', 'server-firewall']) {
    it(`${name}: ends in the same report however it is split`, () => {
      const text = readFileSync(new URL(`../../cases/${name}.lblab.yaml`, import.meta.url), 'utf8');
      const run = runLab(planOf(text));
      const whole = JSON.stringify(reportOf(run));
      const every = (step: number) => [...run.events.keys()].filter((index) => index % step === 0);
      for (const step of [1, 7, 40])
        assert.equal(JSON.stringify(reportOfEvents(run.plan, run.events, 'embedded', every(step))), whole);
    });
  }
});
