import { isReadable } from './frames/link-layer.ts';
import type { CaptureSource } from './source.ts';
import type { CaptureNote } from './told.ts';

/** What `readCapture` calls files that it does not read. */
const foreignKinds = /^(?!pcap|pcapng [a-z])|^pcapng \d/;

/** Why nothing can be told: the first source that cannot be read at all. */
export function problemOfReading(sources: readonly CaptureSource[]): CaptureNote | undefined {
  return sources.flatMap(unreadable)[0];
}

/** What of a source could not be read. */
export function notesOfReading({
  name,
  capture: { interfaces, problems, records },
}: CaptureSource): CaptureNote[] {
  const [problem] = problems;
  const other = interfaces.find(({ linkType }) => !isReadable(linkType));
  const untimed = records.filter(({ hasNoTime }) => hasNoTime).length;
  return [
    ...(problem ? [{ code: 'damaged', params: { file: name, at: String(problem.at) } }] : []),
    ...(other ? [{ code: 'partly-ethernet', params: { file: name, link: String(other.linkType) } }] : []),
    ...(untimed > 0 ? [{ code: 'no-times', params: { count: untimed } }] : []),
  ];
}

/** A source of which nothing can be told. */
function unreadable({ name, capture: { interfaces, problems } }: CaptureSource): CaptureNote[] {
  const [problem] = problems;
  if (interfaces.length === 0 && problem !== undefined)
    return [
      foreignKinds.test(problem.where)
        ? { code: 'foreign-capture', params: { file: name, kind: problem.where } }
        : { code: 'no-capture', params: { file: name, at: String(problem.at) } },
    ];
  if (interfaces.length === 0 || interfaces.some(({ linkType }) => isReadable(linkType))) return [];
  return [{ code: 'not-ethernet', params: { file: name, link: String(interfaces[0]!.linkType) } }];
}
