import { NO_ADDRESS } from '../../../src/packet/address.ts';
import assert from 'node:assert/strict';
import type { HostEvent, LabEvent } from '../../../src/lab/events.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { reportOf } from '../build-report.ts';
import { drTable, Story } from '../oracle.ts';
import { drText, ip, planOf, withNode, withPort } from '../plans.ts';

const dr = planOf(drText);

type Told = readonly [code: string, setting: string | undefined, frames: readonly number[]];

function told(story: Story, ...events: readonly LabEvent[]): Told[] {
  return reportOf({ plan: story.plan, events: [...story.events, ...events] }).explanations.map(
    ({ code, setting, frames }) => [code, setting, frames],
  );
}

/** The router asks for rs1, and everybody hears it; the first four frames. */
const asked = (plan: Plan) => new Story(plan).arp('inside', 'router', '10.0.2.1', '10.0.2.11');
/** The same, and nobody hears it. */
const unheard = (plan: Plan) => {
  const story = asked(plan);
  story.events.splice(1);
  return story;
};
/** rs1 answers, and the router does not hear it. */
const unheardAnswer = (plan: Plan) => {
  const story = new Story(plan).arp('inside', 'router', '10.0.2.1', '10.0.2.11', 'rs1');
  story.events.pop();
  return story;
};
const loss = 0.5;

describe('nobody answered ARP', () => {
  const rows: readonly (readonly [name: string, story: Story, ...told: Told])[] = [
    [
      'who asks is down',
      asked(withPort(dr, 'router', 'inside', { down: true })),
      'interface-down',
      'nodes.router.at.inside.down',
      [1],
    ],
    [
      'who is asked is down',
      asked(withPort(dr, 'rs1', 'inside', { down: true })),
      'interface-down',
      'nodes.rs1.at.inside.down',
      [1],
    ],
    [
      'the question was lost',
      unheard(withPort(dr, 'router', 'inside', { loss })),
      'link-loss',
      'nodes.router.at.inside.loss',
      [1],
    ],
    [
      'the answer was lost',
      unheardAnswer(withPort(dr, 'rs1', 'inside', { loss })),
      'link-loss',
      'nodes.rs1.at.inside.loss',
      [1],
    ],
    // It loses others, and not what was asked.
    [
      'nothing was lost, though it may be',
      asked(withPort(dr, 'router', 'inside', { loss })),
      'no-route',
      undefined,
      [1],
    ],
    [
      'the question was late',
      asked(withPort(dr, 'router', 'inside', { delayNs: 1e9 })),
      'slow-link',
      'nodes.router.at.inside.delay',
      [1],
    ],
    [
      'the answer was late',
      asked(withPort(dr, 'rs1', 'inside', { delayNs: 1e9 })),
      'slow-link',
      'nodes.rs1.at.inside.delay',
      [1],
    ],
    [
      'just not too late',
      asked(withPort(dr, 'rs1', 'inside', { delayNs: 1e9 - 1 })),
      'no-route',
      undefined,
      [1],
    ],
    ['nothing is known to be wrong', asked(dr), 'no-route', undefined, [1]],
  ];
  for (const [name, story, ...wanted] of rows)
    it(`${name}: ${wanted[0]}`, () => assert.deepEqual(told(story), [wanted]));

  it('for it does not run', () => {
    for (const [state, code] of [
      ['stopped', 'node-down'],
      ['running', 'no-route'],
    ] as const) {
      const story = asked(dr);
      story.events.unshift({ kind: 'node', timeNs: 1, node: 'rs1', state });
      assert.deepEqual(told(story), [[code, undefined, [1]]]);
    }
  });

  it('for it was taken down while somebody waited', () => {
    const next = (plan: Plan): LabEvent => ({
      kind: 'plan',
      timeNs: 5e9,
      epoch: 1,
      plan,
      changes: [],
      durationNs: 0,
    });
    const down = next(withPort(dr, 'rs1', 'inside', { down: true }));
    assert.deepEqual(told(asked(dr), down), [['interface-down', 'nodes.rs1.at.inside.down', [1]]]);
    assert.deepEqual(told(asked(dr), next(dr)), [['no-route', undefined, [1]]]);
  });

  it('once of a director says nothing yet, and what is down is said of it all the same', () => {
    const story = (plan: Plan) => new Story(plan).arp('inside', 'router', '10.0.2.1', '10.0.2.2');
    assert.deepEqual(told(story(dr)), []);
    assert.deepEqual(told(story(withPort(dr, 'director', 'inside', { down: true }))), [
      ['director-down', 'nodes.director.at.inside.down', [1]],
    ]);
  });

  it('by a director is not shown by frames too large for it, nor is what a filter drops on its way', () => {
    const lostAt = (leg: number, plan: Plan, story = new Story(plan)) => {
      for (let time = 0; time < 3; time++, story.nowNs += 1e9)
        story.talk(drTable(), ['syn'], (step) => {
          step.lost = step.leg === leg;
        });
      return story;
    };
    const codes = (story: Story) => told(story).map(([code]) => code);
    assert.deepEqual(codes(lostAt(1, dr)), ['director-down']);
    assert.deepEqual(codes(lostAt(1, withPort(dr, 'director', 'inside', { mtu: 39 }))), ['mtu-exceeded']);
    const filtering = withPort(dr, 'router', 'outside', { drop: ['tcp'] });
    const down = withPort(filtering, 'director', 'inside', { down: true });
    const asking = (plan: Plan) => new Story(plan).arp('inside', 'router', '10.0.2.1', '10.0.2.100');
    const requests = new Story(down);
    for (let time = 0; time < 2; time++, requests.nowNs += 1e9)
      requests.talk(drTable(), ['syn'], (step) => {
        step.ends = step.leg === 0;
      });
    const story = asking(down);
    story.events.push(...requests.events.map((event) => ({ ...event, timeNs: event.timeNs + 10e9 })));
    assert.deepEqual(codes(story), ['director-down', 'filtered']);
  });

  it('of two questions, names the link that lost one for that one only', () => {
    const story = asked(withPort(dr, 'router', 'inside', { loss }));
    const heard = story.events.length;
    story.arp('inside', 'router', '10.0.2.1', '10.0.2.12');
    story.events.splice(heard + 1);
    assert.deepEqual(told(story), [
      ['no-route', undefined, [1]],
      ['link-loss', 'nodes.router.at.inside.loss', [heard + 1]],
    ]);
  });

  it('of two that ask, names the link of the one whose question was lost', () => {
    const story = asked(withPort(dr, 'director', 'inside', { loss }));
    const heard = story.events.length;
    story.arp('inside', 'director', '10.0.2.2', '10.0.2.11');
    story.events.splice(heard + 1);
    assert.deepEqual(told(story), [
      ['no-route', undefined, [1]],
      ['link-loss', 'nodes.director.at.inside.loss', [heard + 1]],
    ]);
  });

  it('says nothing of other frames that were lost on that link', () => {
    const story = asked(withPort(dr, 'router', 'inside', { loss }));
    const heard = story.events.length;
    story.talk(drTable(), ['syn'], (step) => {
      step.destination = ip('10.0.2.11');
      step.lost = step.leg === 1;
    });
    story.events.push({ kind: 'node', timeNs: 9e9, node: 'client', state: 'running' });
    const [first, second] = told(story);
    assert.deepEqual(first, ['no-route', undefined, [1]]);
    assert.deepEqual(second?.slice(0, 2), ['link-loss', 'nodes.router.at.inside.loss']);
    assert.ok(!second[2].includes(1) && second[2].every((frame) => frame > heard));
  });

  it('and no frame shows it: what its kernel told is enough', () => {
    const event: HostEvent = {
      kind: 'host',
      timeNs: 1e6,
      node: 'router',
      segment: 'inside',
      reason: 'neighbour-unreachable',
    };
    const about = { ...event, nextHop: ip('10.0.2.11') };
    assert.deepEqual(told(new Story(dr), about), [['no-route', undefined, []]]);
    for (const reason of ['no-route', 'neighbour-unreachable'] as const)
      assert.deepEqual(told(new Story(dr), { ...event, reason }), []);
  });

  describe('for nobody has the address', () => {
    const silent = (plan: Plan, asker: 'rs1' | 'router', target: string) =>
      new Story(plan).arp('inside', asker, asker === 'rs1' ? '10.0.2.11' : '10.0.2.1', target);

    it('that a gateway or a route has: its setting', () => {
      for (const [prefixLength, setting] of [
        [0, 'nodes.rs1.gateway'],
        [16, 'nodes.rs1.routes'],
      ] as const) {
        const routes = [{ network: NO_ADDRESS, prefixLength, via: ip('10.0.2.254') }];
        const story = silent(withNode(dr, 'rs1', { routes }), 'rs1', '10.0.2.254');
        assert.deepEqual(told(story), [['gateway-silent', setting, [1]]]);
      }
    });

    it('that a client asks for, be it a router that looks for it: the entry of the first who does', () => {
      const text = `${drText}\ntraffic:\n  - { from: client, count: 1 }\n  - { from: client, to: 10.0.2.77, count: 1 }\n`;
      assert.deepEqual(told(silent(planOf(text), 'router', '10.0.2.77')), [
        ['nobody-there', 'traffic.1.to', [1]],
      ]);
      assert.deepEqual(told(silent(planOf(text), 'router', '10.0.2.78')), [['nobody-there', undefined, [1]]]);
      assert.deepEqual(told(silent(dr, 'router', '10.0.2.77')), [['nobody-there', undefined, [1]]]);
    });

    it('that is a VIP on a segment where its director is not', () => {
      for (const [text, setting] of [
        [drText, 'service.vip'],
        [drText.replace(/service: (\{.*\})\n/, 'services:\n  web: $1\n'), 'services.web.vip'],
      ] as const) {
        const plan = planOf(text.replace('vip: 10.0.2.100', 'vip: 10.0.1.100'));
        const story = new Story(plan).arp('outside', 'client', '10.0.1.10', '10.0.1.100');
        assert.deepEqual(told(story), [['vip-off-link', setting, [1]]]);
      }
    });
  });
});
