import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  INITIAL,
  nextDeadline,
  skew,
  step,
  USUAL_ANNOUNCE,
  type VirtualRouterConfig,
  type VirtualRouterInput,
  type VirtualRouterState,
} from '../../../src/forwarder/vrrp/virtual-router.ts';
import { asIpv4 } from '../../../src/packet/address.ts';

/** A frame on the link, milliseconds. */
const DELAY = 0.1;

type Fault =
  | { readonly do: 'stop' | 'start' | 'crash' | 'pause' | 'resume' | 'unplug' | 'plug'; readonly who: number }
  /** From one to another, and not back. */
  | { readonly do: 'cut' | 'mend'; readonly who: number; readonly to: number }
  /** The next frames that anybody sends. */
  | { readonly do: 'lose'; readonly count: number };

interface Scenario {
  readonly routers: readonly Pick<VirtualRouterConfig, 'priority' | 'interval' | 'preempt'>[];
  readonly faults: readonly (readonly [afterMs: number, fault: Fault])[];
  /** Whether a paused one finds in its socket what came meanwhile. */
  readonly keeps: boolean;
}

interface Router {
  readonly config: VirtualRouterConfig;
  state: VirtualRouterState;
  runs: boolean;
  paused: boolean;
  down: boolean;
  holds: boolean;
  readonly waiting: VirtualRouterInput[];
}

/** Some virtual routers on one link, with a clock of their own. */
class Link {
  now = 0;
  readonly routers: readonly Router[];
  readonly log: string[] = [];
  readonly #keeps: boolean;
  readonly #cuts = new Set<string>();
  #lose = 0;
  #flying: { readonly at: number; readonly to: number; readonly input: VirtualRouterInput }[] = [];

  constructor({ routers, keeps }: Scenario) {
    this.#keeps = keeps;
    this.routers = routers.map((router, at) => ({
      config: {
        ...router,
        ...{ id: 51, primary: asIpv4(0x0a000001 + at), addresses: [], announce: USUAL_ANNOUNCE },
      },
      state: INITIAL,
      ...{ runs: false, paused: false, down: false, holds: false, waiting: [] },
    }));
    for (const who of this.routers.keys()) this.fault({ do: 'start', who });
  }

  fault(fault: Fault): void {
    if (fault.do === 'lose') this.#lose = fault.count;
    else if (fault.do === 'cut' || fault.do === 'mend')
      this.#cuts[fault.do === 'cut' ? 'add' : 'delete'](`${fault.who}-${fault.to}`);
    else this.#happen(fault.do, fault.who);
  }

  /** All is as it should be from now on. */
  mend(): void {
    this.#cuts.clear();
    this.#lose = 0;
    for (const who of this.routers.keys())
      for (const fault of ['resume', 'plug', 'start'] as const) this.fault({ do: fault, who });
  }

  until(end: number): void {
    for (;;) {
      const due = this.routers.map(({ state, paused }) => (paused ? Infinity : nextDeadline(state)));
      const flying = Math.min(...this.#flying.map(({ at }) => at));
      const next = Math.min(flying, ...due);
      if (next > end) break;
      this.now = Math.max(this.now, next);
      if (flying <= next) {
        const [first] = this.#flying.splice(
          this.#flying.findIndex(({ at }) => at === flying),
          1,
        );
        this.#arrive(first!.to, first!.input);
      } else this.#give(due.indexOf(next), { on: 'time' });
    }
    this.now = end;
  }

  #happen(what: 'stop' | 'start' | 'crash' | 'pause' | 'resume' | 'unplug' | 'plug', who: number): void {
    const router = this.routers[who]!;
    switch (what) {
      case 'stop':
      case 'crash':
        if (what === 'stop' && !router.paused) this.#give(who, { on: 'stop' });
        router.state = INITIAL;
        Object.assign(router, { runs: false, paused: false, holds: false });
        router.waiting.length = 0;
        return;
      case 'start':
        if (router.runs) return;
        router.runs = true;
        this.#give(who, { on: 'start' });
        if (router.down) this.#give(who, { on: 'interface-down' });
        return;
      case 'pause':
        router.paused = router.runs;
        return;
      case 'resume':
        if (!router.paused) return;
        router.paused = false;
        this.#give(who, { on: 'time' });
        for (const input of router.waiting.splice(0)) this.#give(who, input);
        return;
      case 'unplug':
      case 'plug':
        router.down = what === 'unplug';
        return this.#arrive(who, { on: router.down ? 'interface-down' : 'interface-up' });
    }
  }

  #arrive(who: number, input: VirtualRouterInput): void {
    const router = this.routers[who]!;
    if (!router.runs || (input.on === 'heard' && router.down)) return;
    if (!router.paused) this.#give(who, input);
    else if (this.#keeps || input.on !== 'heard') router.waiting.push(input);
  }

  #give(who: number, input: VirtualRouterInput): void {
    const router = this.routers[who]!;
    const { state, actions } = step(router.config, router.state, input, this.now);
    router.state = state;
    for (const action of actions) {
      this.log.push(`${this.now} ${who} ${action.do}`);
      if (action.do === 'take' || action.do === 'release') {
        assert.equal(router.holds, action.do === 'release', 'taken and released in turns');
        router.holds = action.do === 'take';
      }
      if (action.do === 'announce') assert.ok(router.holds, 'only who holds the addresses announces them');
      if (action.do === 'advertise') this.#advertise(who, action.priority);
    }
    assert.equal(router.holds, state.is === 'active');
  }

  #advertise(from: number, priority: number): void {
    const { config, down } = this.routers[from]!;
    if (down) return;
    if (this.#lose > 0) {
      this.#lose--;
      return;
    }
    const { interval, primary: source } = config;
    for (const to of this.routers.keys())
      if (to !== from && !this.#cuts.has(`${from}-${to}`))
        this.#flying.push({
          at: this.now + DELAY,
          to,
          input: { on: 'heard', heard: { priority, interval, source } },
        });
  }
}

const routers = fc.array(
  fc.record({
    priority: fc.oneof(fc.integer({ min: 1, max: 255 }), fc.constantFrom(100, 200, 254, 255)),
    interval: fc.constantFrom(10, 500, 1000, 1000, 3000),
    preempt: fc.boolean(),
  }),
  { minLength: 2, maxLength: 3 },
);
const who = fc.nat(2);
const faults = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 5000 }),
    fc.oneof(
      fc.record({
        do: fc.constantFrom('stop', 'start', 'crash', 'pause', 'resume', 'unplug', 'plug'),
        who,
      }),
      fc.record({ do: fc.constantFrom('cut', 'mend'), who, to: who }),
      fc.record({ do: fc.constant('lose' as const), count: fc.integer({ min: 1, max: 8 }) }),
    ) as fc.Arbitrary<Fault>,
  ),
  { maxLength: 12 },
);
const scenarios = fc.record({ routers, faults, keeps: fc.boolean() });

function run(scenario: Scenario): Link {
  const link = new Link(scenario);
  for (const [afterMs, fault] of scenario.faults) {
    link.until(link.now + afterMs);
    if (!('who' in fault) || fault.who < scenario.routers.length) link.fault(fault);
  }
  link.mend();
  return link;
}

describe('virtual routers on one link', () => {
  it('once all is well and nothing changes, one is active: the one of the highest priority, if it preempts', () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const link = run(scenario);
        const longest = Math.max(...scenario.routers.map(({ interval }) => interval));
        const lowest = Math.min(...scenario.routers.map(({ priority }) => priority));
        const calmFrom = link.now + 4 * longest + skew({ priority: lowest }, longest) + 2;
        link.until(calmFrom);
        const held = () => link.routers.filter(({ holds }) => holds);
        assert.equal(held().length, 1);
        const [active] = held();
        const highest = Math.max(...scenario.routers.map(({ priority }) => priority));
        if (scenario.routers.every(({ preempt }) => preempt)) assert.equal(active!.config.priority, highest);
        const { length } = link.log.filter((line) => /take|release/.test(line));
        link.until(calmFrom + 15_000);
        assert.deepEqual(held(), [active]);
        assert.equal(link.log.filter((line) => /take|release/.test(line)).length, length, 'and it stays so');
      }),
      { numRuns: 200 },
    );
  });

  it('is the same each time', () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const [a, b] = [run(scenario), run(scenario)];
        assert.deepEqual(a.log, b.log);
        assert.deepEqual(
          a.routers.map(({ state }) => state),
          b.routers.map(({ state }) => state),
        );
      }),
      { numRuns: 30 },
    );
  });
});
