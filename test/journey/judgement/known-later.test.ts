import assert from 'node:assert/strict';
import { CapturePoints } from '../../../src/journey/records/capture-points.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { drTable, Story, type PacketName, type Tamper } from '../oracle.ts';
import { drText, planOf, withPort } from '../plans.ts';
import { Judged } from './judged.ts';

const dr = planOf(drText);

/** The ends of all packets that are no questions about addresses, told at once, or judged after each part. */
function endsOf(plan: Plan, parts: readonly (readonly LabEvent[])[], whole = new Set<string>()): string[] {
  const judged = new Judged(plan, 'capture', new CapturePoints({ whole }));
  for (const part of parts) judged.tell(part);
  return judged.state.journeys
    .filter(({ kind }) => !kind.startsWith('arp'))
    .map(({ last }) => `${last.fate!.fate} ${last.fate!.reason}`);
}

/** @param pauses After how many events it is judged. */
function tellsTheSame(plan: Plan, story: Story, pauses: readonly number[], ends: readonly string[]): void {
  const events = story.events.filter(({ kind }) => kind !== 'decision');
  const parts = [0, ...pauses].map((from, index) => events.slice(from, pauses[index]));
  assert.deepEqual(endsOf(plan, [events]), ends, 'at once');
  assert.deepEqual(endsOf(plan, parts), ends, 'in parts');
}

describe('in a capture, what is known only later of how packets ended', () => {
  const lostOn =
    (leg: number): Tamper =>
    (step) => {
      step.lost = step.leg === leg;
    };
  const endsAt =
    (leg: number): Tamper =>
    (step) => {
      step.ends = step.leg === leg;
    };
  const fourTimes = (story: Story, names: readonly PacketName[], tamper: Tamper) => {
    for (let time = 0; time < 4; time++, story.nowNs += 1e9) story.talk(drTable(), names, tamper);
    return story;
  };
  const asked = (story: Story) => story.arp('outside', 'client', '10.0.1.10', '10.0.1.1', 'router');
  const framesOf = ({ events }: Story) => events.filter(({ kind }) => kind !== 'decision').length;

  it('is that the recorder still listened afterwards', () => {
    const story = asked(new Story(dr));
    fourTimes(story, ['syn'], lostOn(0));
    const known = framesOf(story);
    asked(story);
    tellsTheSame(dr, story, [known], Array(4).fill('lost not-received'));
  });

  it('is that the recorder still listened when the last was sent', () => {
    const story = asked(new Story(dr));
    for (let time = 0; time < 4; time++, story.nowNs += 1e9) {
      if (time === 3) asked(story);
      story.talk(drTable(), ['syn'], lostOn(0));
    }
    const known = framesOf(story);
    asked(story);
    tellsTheSame(dr, story, [known], Array(4).fill('lost not-received'));
  });

  it('is that an interface was listened to only from then on', () => {
    const story = asked(new Story(dr));
    fourTimes(story, ['syn'], endsAt(0));
    asked(story);
    const known = framesOf(story);
    story.arp('inside', 'router', '10.0.2.1', '10.0.2.2', 'director');
    tellsTheSame(dr, story, [known], Array(4).fill('unseen not-recorded'));
  });

  it('is that others went on from a router that seemed to lose all', () => {
    const lossy = withPort(dr, 'router', 'inside', { loss: 0.1 });
    const story = asked(new Story(lossy)).arp('inside', 'router', '10.0.2.1', '10.0.2.2', 'director');
    fourTimes(story, ['syn'], endsAt(0));
    asked(story).arp('inside', 'router', '10.0.2.1', '10.0.2.2', 'director');
    const known = framesOf(story);
    // Nobody else has a record of it: no choice of a server is shown by it.
    story.talk(drTable(), ['ack'], lostOn(1));
    tellsTheSame(lossy, story, [known], Array<string>(5).fill('unseen not-recorded'));
  });
});
