import assert from 'node:assert/strict';
import { planOf, runLab } from '../../lab/embedded/testbed.ts';
import { reportOfEvents } from '../build-report.ts';
import { soundText, type Sound } from '../sound-topologies.ts';

const base: Sound = {
  model: 'dr',
  nats: 0,
  natBehind: false,
  outsider: false,
  clients: 1,
  routers: 1,
  apart: false,
  protocol: 'tcp',
  upload: 0,
  response: 0,
  scheduler: 'rr',
  persistence: false,
  decrementTtl: true,
  clampMss: false,
  wide: true,
};

/** What is different from `base`, and which promises nothing is seen of: the others are kept. */
const cases: readonly (readonly [sound: Partial<Sound>, notSeen: readonly string[]])[] = [
  [{ nats: 1 }, []],
  [{ nats: 2, clients: 2 }, []],
  [{ nats: 1, model: 'tun', apart: true }, []],
  [{ nats: 1, model: 'dnat-plain' }, []],
  // What a NAT router behind the director makes of an address is not the director's.
  [{ model: 'dnat', natBehind: true }, ['server-sees-dip']],
  [{ nats: 2, model: 'dnat', natBehind: true }, ['server-sees-dip']],
  // Datagrams in fragments: before the director, behind it, and through a tunnel that has no room for them.
  [{ nats: 1, outsider: true, protocol: 'udp', upload: 4000 }, []],
  [{ nats: 1, model: 'dnat-plain', protocol: 'udp', upload: 4000 }, ['end-to-end']],
  [{ model: 'dnat', protocol: 'udp', upload: 4000 }, ['end-to-end']],
  [{ model: 'tun', protocol: 'udp', upload: 4000, wide: false }, []],
  // A ping is of no service.
  [
    { nats: 1, protocol: 'icmp' },
    ['vip-only', 'through-director', 'ip-untouched', 'reply-direct', 'server-sees-cip', 'unique-ports'],
  ],
];

describe('where nothing is wrong', () => {
  for (const [sound, notSeen] of cases)
    it(`every promise is kept, with frames: ${JSON.stringify(sound)}`, () => {
      const plan = planOf(soundText({ ...base, ...sound }));
      const { promises } = reportOfEvents(plan, runLab(plan).events);
      for (const { id, verdict, evidence } of promises) {
        assert.equal(verdict, notSeen.includes(id) ? 'not seen' : 'kept', id);
        assert.equal(evidence.length > 0, verdict === 'kept', id);
      }
    });
});
