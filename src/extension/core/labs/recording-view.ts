import type { Recording } from '../panel/recording.ts';
import type { LabSession } from './lab-session.ts';

/** A session's present recording as the panel sees it: when the session begins another one, this one stays what it was. */
export function recordingView(session: LabSession): Recording {
  const { recording } = session;
  const isPresent = () => session.recording === recording;
  return {
    file: session.file,
    engine: recording.head.engine,
    startedAt: recording.head.startedAt,
    builder: recording.builder,
    plans: recording.plans,
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
