import type { LabRecording } from '../labs/lab-recording.ts';
import type { SavedSource } from '../labs/saved-recording.ts';
import type { ShownLab } from '../panel/shown-lab.ts';

/** A recording whose lab is not there: what was recorded can be looked at, and nothing else. */
export function sharedLab(recording: LabRecording, file: string): ShownLab {
  const { head, builder, plans } = recording;
  const states = [...recording.nodes.values()].map(({ state }) => state);
  // The end of the lab is the end of all its nodes, and no news of any one of them.
  const isOver = states.every((state) => state === 'stopped');
  return {
    file,
    engine: head.engine,
    startedAt: head.startedAt,
    builder,
    plans,
    plan: plans.at(-1)?.plan ?? head.plan,
    state: { kind: 'stopped' },
    changeOf: (wanted) => recording.changes.find(({ epoch }) => epoch === wanted),
    nodeState: (name) => (isOver ? 'running' : (recording.nodes.get(name)?.state ?? 'running')),
    frame: (number) => recording.frame(number),
    events: () => recording.events(),
    frameNumbers: () => recording.frameNumbers(),
    connections: () => Promise.resolve([]),
    lineOf: () => undefined,
    onDidChange: () => ({ dispose: () => undefined }),
  };
}

/** What of a lab on show is shared. */
export function sourceOf(lab: ShownLab): SavedSource {
  const { engine, startedAt, plan, plans, captures } = lab;
  return {
    head: {
      ...{ engine, startedAt, plan: plans[0]?.plan ?? plan },
      ...captures?.head,
    },
    plans,
    changes: plans.flatMap(({ epoch, timeNs, durationNs }) => {
      const change = lab.changeOf(epoch);
      return change ? [{ epoch, timeNs, durationNs, ...change }] : [];
    }),
    recent: () => lab.events(),
  };
}
