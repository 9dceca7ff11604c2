import assert from 'node:assert/strict';
import { inPart } from './damage.ts';
import { damages } from './damages.ts';
import { exampleRuns, generatedRun, type LabRun } from './runs.ts';
import { compare, compareWritten } from './split-verdict.ts';

const IN_PART = 'interfaces listened to for a part of the time';
const ALL_IN_PART = 'all of it, and for a part of the time';

/** Of packets whose end is known in the lab, how many a recording with every damage still tells the end of. */
const LEAST_KNOWN = 0.7;
/** The same where half of the interfaces were listened to for about half of the time. */
const LEAST_KNOWN_IN_PART = 0.5;

describe('a run as its hosts record it', () => {
  let examples: readonly LabRun[] = [];
  before(() => {
    examples = exampleRuns();
  });

  for (const [kind, damage] of Object.entries(damages)) {
    it(`${kind}: nothing is said to be lost, broken or sent again that was not`, () => {
      let [known, all] = [0, 0];
      for (const [index, { name, plan, events }] of examples.entries()) {
        const compared = compare(plan, events, damage, index + 1);
        assert.deepEqual(compared.faults, [], name);
        all += compared.known.live;
        known += compared.known.capture;
      }
      // Silence would be true, too.
      const least = damage.includes(inPart) ? LEAST_KNOWN_IN_PART : LEAST_KNOWN;
      assert.ok(known > all * least, `${known} of ${all}`);
    });
  }

  it('tells nothing false of what is written as files, each by its own clock, and read again', () => {
    let [known, all] = [0, 0];
    const some = examples.filter(({ name }) => !name.startsWith('lessons/') || name.includes('tunnel'));
    for (const { name, plan, events } of [...some, generatedRun(7), generatedRun(8)]) {
      const compared = compareWritten(plan, events, 1);
      assert.deepEqual(compared.faults, [], name);
      all += compared.known.live;
      known += compared.known.capture;
    }
    assert.ok(known > all * LEAST_KNOWN, `${known} of ${all}`);
  });

  it('tells nothing false of a segment that nobody recorded but a mirror port, beside files of hosts', () => {
    const some = examples.filter(({ name }) => !name.startsWith('lessons/'));
    for (const { name, plan, events } of [...some, generatedRun(7), generatedRun(8)])
      for (const { name: mirrored } of plan.segments)
        assert.deepEqual(compareWritten(plan, events, 1, { mirrored }).faults, [], `${name} ${mirrored}`);
  });

  it('tells nothing false of an answer on a link whose other end only a mirror port watches', () => {
    const { plan, events } = examples.find(({ name }) => name === 'lessons/vip-not-hidden')!;
    assert.deepEqual(compareWritten(plan, events, 100308, { mirrored: 'outside' }).faults, []);
  });

  it('tells nothing false of generated labs in which things go wrong', () => {
    for (let seed = 1; seed <= 6; seed++) {
      const { name, plan, events } = generatedRun(seed);
      const { faults } = compare(plan, events, damages['all of it']!, seed);
      assert.deepEqual(faults, [], name);
    }
  });

  for (const [lab, kind, seed, what] of [
    [308, 'nothing missing', 1, 'pings of the VIP whose answers are lost'],
    [
      298,
      '5 % of the records missing',
      2,
      'a refused connection whose refusal was not recorded, on a slow link',
    ],
    [30060, 'nothing missing', 30892, 'what made nobody answer for the VIP, on a slow link'],
    [20021, ALL_IN_PART, 20472, 'a reset by whom a director spoke for, whose question was not recorded'],
    [
      20187,
      '5 % of the records missing',
      22290,
      'one of three packets on a lossy link that came, behind others that did not',
    ],
    [240, '5 % of the records missing', 697, 'an answer without its last record, after a loss'],
    [419, IN_PART, 1, 'a client that drops errors about requests that came to nothing'],
    [257, IN_PART, 11, 'replies through a lossy interface that nobody listened to'],
    [549, IN_PART, 2, 'an answer to a client that listens no more, which was not recorded'],
    [549, IN_PART, 10, 'such an answer, of which only others recorded that it was turned away'],
    [467, IN_PART, 11, 'a question nobody answered, where the lossy interface was not listened to'],
    [201, IN_PART, 1, 'answers to an address that a director lends, without who asked'],
    [201, IN_PART, 4, 'answers of which no byte is known to have come'],
    [662, IN_PART, 3026, 'the beginning of an answer, without who asked'],
    [844, ALL_IN_PART, 59, 'an answer whose end only its acknowledgement tells of'],
    [519, ALL_IN_PART, 11, 'a second connection on the same ports, without its first record'],
    [1002, IN_PART, 1766, 'what lost a packet of a flow whose end is not known'],
    [1128, ALL_IN_PART, 3159, 'packets that were sent before anybody listened where they went'],
    [
      5069,
      ALL_IN_PART,
      6000,
      'packets to an interface of which it shows late that it was not listened to yet',
    ],
    [50052, ALL_IN_PART, 50824, 'packets too large for a director, after its last record'],
    [80041, IN_PART, 80696, 'the beginning of an answer that came when its client had given up'],
  ] as const)
    it(`tells nothing false of ${what}`, () => {
      const { plan, events } = generatedRun(lab);
      assert.deepEqual(compare(plan, events, damages[kind]!, seed).faults, []);
    });

  it('tells nothing false of a packet that was answered from another address, and sent again', () => {
    const { plan, events } = examples.find(({ name }) => name === 'lessons/dnat-reply-not-rewritten')!;
    assert.deepEqual(compare(plan, events, damages[ALL_IN_PART]!, 5109).faults, []);
  });

  for (const [lab, seed, what] of [
    [431, 993, 'a question that only others than who asked have a record of'],
    [808, 2140, 'connections on the same ports, of hosts none of whose clocks is known'],
    [50064, 50957, 'an answer in fragments that came when nobody waited any more'],
    [60069, 61012, 'what a router drops on the way to a director that is down'],
  ] as const)
    it(`tells nothing false of ${what}, written as files`, () => {
      const { plan, events } = generatedRun(lab);
      assert.deepEqual(compareWritten(plan, events, seed).faults, []);
    });
});
