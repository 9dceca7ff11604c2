import type { ShownLab } from '../panel/shown-lab.ts';
import type { LabSession } from './lab-session.ts';

/** A session's present recording as the panel sees it: when the session begins another one, this one stays what it was. */
export function recordingView(session: LabSession): ShownLab {
  const { recording } = session;
  const isPresent = () => session.recording === recording;
  return {
    file: session.file,
    engine: recording.head.engine,
    startedAt: recording.head.startedAt,
    builder: recording.builder,
    plans: recording.plans,
    ...(recording.isSealed && session.mystery && { sealed: session.mystery.mystery }),
    changeOf: (wanted) => recording.changes.find(({ epoch }) => epoch === wanted),
    get plan() {
      return recording.plans.at(-1)?.plan ?? session.version.plan;
    },
    get state() {
      return session.run.state;
    },
    nodeState: (name) => session.nodeState(name),
    frame: (number) => recording.frame(number),
    events: () => recording.events(),
    frameNumbers: () => recording.frameNumbers(),
    connections: (node) => session.run.connections(node),
    lineOf: (place) => session.version.lineOf(place),
    onDidChange: (listener) =>
      session.onDidChange(() => {
        if (isPresent()) listener();
      }),
  };
}
