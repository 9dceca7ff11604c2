import assert from 'node:assert/strict';
import {
  activeDownInterval,
  INITIAL,
  nextDeadline,
  skew,
  step,
  USUAL_ANNOUNCE,
  type VirtualRouterAction,
  type VirtualRouterConfig,
  type VirtualRouterInput,
  type VirtualRouterState,
} from '../../../src/forwarder/vrrp/virtual-router.ts';
import { ip } from '../../packet/sample.ts';

const usual: VirtualRouterConfig = {
  id: 51,
  priority: 100,
  interval: 1000,
  preempt: true,
  primary: ip('192.0.2.2'),
  addresses: [ip('192.0.2.10')],
  announce: USUAL_ANNOUNCE,
};

type Heard = readonly [priority: number, source?: string, interval?: number];

/** A machine with the words of what it did, at each time at which it did something. */
class Machine {
  state: VirtualRouterState = INITIAL;
  now = 0;
  readonly config: VirtualRouterConfig;

  constructor(change: Partial<VirtualRouterConfig> = {}) {
    this.config = { ...usual, ...change };
  }

  give(input: VirtualRouterInput): string {
    const { state, actions } = step(this.config, this.state, input, this.now);
    this.state = state;
    return actions.map(word).join(' ');
  }

  hear(priority: number, source = '192.0.2.1', interval = 1000): string {
    return this.give({ on: 'heard', heard: { priority, interval, source: ip(source) } });
  }

  /** Everything due until then, with its times. */
  until(timeMs: number): string[] {
    const done: string[] = [];
    for (let due = nextDeadline(this.state); due <= timeMs; due = nextDeadline(this.state)) {
      this.now = due;
      const words = this.give({ on: 'time' });
      if (words !== '') done.push(`${Math.round(due)} ${words}`);
      assert.ok(nextDeadline(this.state) > due, 'what was due is done');
    }
    this.now = timeMs;
    return done;
  }

  static active(change: Partial<VirtualRouterConfig> = {}): Machine {
    const machine = new Machine(change);
    machine.give({ on: 'start' });
    machine.until(Math.ceil(activeDownInterval(machine.config, machine.config.interval)));
    assert.equal(machine.state.is, 'active');
    return machine;
  }
}

function word(action: VirtualRouterAction): string {
  switch (action.do) {
    case 'advertise':
      return `advertise-${action.priority}`;
    case 'announce':
      return `announce×${action.times}`;
    case 'take':
    case 'release':
      return action.do;
  }
}

describe('a virtual router', () => {
  it('waits for three advertisements and the skew, by the priority and the interval of the active one', () => {
    for (const [priority, interval, down, lag] of [
      // Seen with keepalived.
      [100, 1000, 3609, 609],
      [200, 1000, 3219, 219],
      [100, 100, 361, 61],
      [200, 100, 322, 22],
      [254, 500, 1504, 4],
      [1, 500, 1998, 498],
    ] as const) {
      assert.equal(Math.round(activeDownInterval({ priority }, interval)), down);
      assert.equal(Math.round(skew({ priority }, interval)), lag);
    }
  });

  it('starts as backup, takes over in the order of keepalived, and announces itself twice', () => {
    const machine = new Machine();
    assert.equal(machine.give({ on: 'start' }), '');
    assert.equal(machine.state.is, 'backup');
    assert.deepEqual(machine.until(9000), [
      '3609 advertise-100 take announce×5',
      ...['4609', '5609', '6609', '7609'].map((time) => `${time} advertise-100`),
      '8609 advertise-100 announce×5',
    ]);
  });

  it('an owner is active at once', () => {
    const machine = new Machine({ priority: 255 });
    assert.equal(machine.give({ on: 'start' }), 'advertise-255 take announce×5');
    assert.equal(machine.give({ on: 'start' }), '', 'once');
  });

  it('does nothing before it is started, nor after it was stopped', () => {
    const machine = new Machine();
    assert.equal(machine.hear(0), '');
    assert.equal(machine.give({ on: 'interface-up' }), '');
    assert.equal(machine.give({ on: 'interface-down' }), '');
    assert.equal(machine.give({ on: 'stop' }), '');
    assert.equal(machine.give({ on: 'time' }), '');
    assert.deepEqual(machine.state, INITIAL);
  });

  it('as backup it goes by who is heard', () => {
    for (const [title, change, heard, downAt] of [
      ['higher', {}, [200], 4609],
      ['equal', {}, [100], 4609],
      ['lower: as if nothing were heard', {}, [50], 3609],
      ['lower, without preemption', { preempt: false }, [50], 4609],
      ['the active one stops', {}, [0], 1609],
      ['another interval is adopted', {}, [200, '192.0.2.1', 500], 1000 + 1805],
      ['a longer one too', {}, [200, '192.0.2.1', 2000], 1000 + 7219],
    ] as const) {
      const machine = new Machine(change);
      machine.give({ on: 'start' });
      machine.now = 1000;
      assert.equal(machine.hear(...(heard as Heard)), '', title);
      assert.equal(Math.round(nextDeadline(machine.state)), downAt, title);
    }
  });

  it('an interval once adopted counts until another is heard, also when the active one stops', () => {
    const machine = new Machine();
    machine.give({ on: 'start' });
    machine.hear(200, '192.0.2.1', 500);
    machine.now = 100;
    machine.hear(0, '192.0.2.1', 500);
    assert.equal(Math.round(nextDeadline(machine.state)), 100 + 305);
    // Its own is what it advertises by.
    assert.deepEqual(
      machine.until(1500).map((line) => line.split(' ', 2).join(' ')),
      ['405 advertise-100', '1405 advertise-100'],
    );
  });

  it('as active it goes by who is heard', () => {
    for (const [title, heard, words, is] of [
      ['higher', [200], 'release', 'backup'],
      ['equal, a higher address', [100, '192.0.2.3'], 'release', 'backup'],
      ['equal, a lower address', [100, '192.0.2.1'], 'advertise-100 announce×5', 'active'],
      ['lower', [50, '192.0.2.9'], 'advertise-100 announce×5', 'active'],
      ['one that stops', [0, '192.0.2.9'], 'advertise-100', 'active'],
    ] as const) {
      const machine = Machine.active();
      assert.equal(machine.hear(...(heard as Heard)), words, title);
      assert.equal(machine.state.is, is, title);
    }
  });

  it('addresses are compared as numbers without a sign', () => {
    const machine = Machine.active({ primary: ip('10.0.0.1') });
    assert.equal(machine.hear(100, '192.0.2.1'), 'release');
  });

  it('one that has stepped down waits as long as the other one is to be waited for', () => {
    const machine = Machine.active();
    machine.hear(200, '192.0.2.1', 500);
    assert.equal(Math.round(nextDeadline({ ...machine.state, bursts: [] })), machine.now + 1805);
  });

  it('stops on purpose with priority 0, and as backup in silence', () => {
    const machine = Machine.active();
    assert.equal(machine.give({ on: 'stop' }), 'advertise-0 release');
    assert.deepEqual(machine.state, INITIAL, 'its second announcement went with it');
    machine.give({ on: 'start' });
    assert.equal(machine.give({ on: 'stop' }), '');
  });

  it('without its interface it says nothing; with it again it begins anew', () => {
    const machine = Machine.active();
    assert.equal(machine.give({ on: 'interface-down' }), 'release');
    assert.equal(machine.hear(0), '');
    machine.now = 10_000;
    assert.equal(machine.give({ on: 'interface-up' }), '');
    assert.deepEqual(machine.until(14_000), ['13609 advertise-100 take announce×5']);
    machine.give({ on: 'interface-down' });
    machine.give({ on: 'stop' });
    assert.equal(machine.give({ on: 'interface-up' }), '');
    assert.deepEqual(machine.state, INITIAL);
  });

  it('the second announcement is left out only while the addresses are not held', () => {
    // Seen with keepalived: taken again just before the second announcement of the first time is due, it is sent ten times.
    const machine = Machine.active();
    assert.equal(machine.hear(200), 'release');
    machine.now = 7900;
    machine.hear(0);
    assert.deepEqual(machine.until(8700), ['8509 advertise-100 take announce×5', '8609 announce×5']);

    const other = Machine.active();
    other.hear(200);
    for (; other.now < 9000; other.hear(200)) assert.deepEqual(other.until(other.now + 1000), []);
  });

  it('each lower one that it refuses is answered with a second announcement too', () => {
    const machine = Machine.active({ announce: { ...USUAL_ANNOUNCE, repeat: 2, delay: 300 } });
    const { now } = machine;
    machine.hear(50);
    machine.now += 100;
    machine.hear(50);
    assert.equal(now, 3610);
    assert.deepEqual(machine.until(4500), ['3909 announce×2', '3910 announce×2', '4010 announce×2']);
  });

  it('announces as it is told to, also never', () => {
    assert.deepEqual(
      Machine.active({ announce: { ...USUAL_ANNOUNCE, repeat: 0, delay: 5000 } }).state.bursts,
      [],
    );
    assert.deepEqual(
      Machine.active({ announce: { ...USUAL_ANNOUNCE, repeat: 1, delay: 0 } }).state.bursts,
      [],
    );
    const machine = new Machine({ announce: { ...USUAL_ANNOUNCE, repeat: 0, delay: 5000 } });
    machine.give({ on: 'start' });
    assert.deepEqual(machine.until(3610), ['3609 advertise-100 take']);
  });

  it('a flood of lower ones does not fill the memory', () => {
    const machine = Machine.active();
    for (let i = 0; i < 3000; i++) machine.hear(1);
    assert.equal(machine.state.bursts.length, 1000);
  });

  it('woken late, what is due is done once', () => {
    const machine = Machine.active();
    machine.now = 100_000;
    assert.equal(machine.give({ on: 'time' }), 'advertise-100 announce×5');
    assert.equal(nextDeadline(machine.state), 101_000);
    assert.equal(machine.give({ on: 'time' }), '');
  });
});
