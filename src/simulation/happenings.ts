import { type Fleet, type Happening, type HappeningKind, happeningKinds } from './fleet.ts';

/** Why a list of happenings is none; `word` is what is wrong in it. */
export interface HappeningProblem {
  readonly code: 'unknown' | 'no-such' | 'not-there' | 'already-there' | 'last-director';
  readonly word: string;
}

/**
 * `remove-server,remove-director:lb3`: what happens, one after the other. Who is meant, when that is not said: of what is
 * added, who went last; else the one in the middle of the list.
 */
export function readHappenings(
  text: string,
  fleet: Pick<Fleet, 'directors' | 'servers'>,
): Happening[] | HappeningProblem {
  const happenings: Happening[] = [];
  for (const word of text.split(',').map((part) => part.trim())) {
    const [kindName, given] = word.split(/:(.*)/s) as [string, string | undefined];
    const kind = happeningKinds.find((one) => one === kindName);
    if (!kind) return { code: 'unknown', word };
    const names = isOfServer(kind) ? fleet.servers.map(({ name }) => name) : fleet.directors;
    const name = given ?? who(kind, names, happenings);
    if (!names.includes(name)) return { code: 'no-such', word };
    happenings.push({ kind, name });
  }
  return problemOf(happenings, fleet) ?? happenings;
}

function isOfServer(kind: HappeningKind): boolean {
  return kind.endsWith('-server');
}

function who(kind: HappeningKind, names: readonly string[], before: readonly Happening[]): string {
  const alike = before.filter((one) => isOfServer(one.kind) === isOfServer(kind));
  if (kind.startsWith('add-')) {
    const gone = alike.findLast(({ kind: was, name }) => {
      const last = alike.findLast((one) => one.name === name);
      return was.startsWith('remove-') && last?.kind === was;
    });
    if (gone) return gone.name;
  }
  // Who has not been named yet.
  const free = names.filter((name) => !alike.some((one) => one.name === name));
  return free[free.length >> 1] ?? '';
}

function problemOf(
  happenings: readonly Happening[],
  { directors }: Pick<Fleet, 'directors'>,
): HappeningProblem | undefined {
  const isThere = new Map<string, boolean>();
  // Whoever is added first was not there.
  for (const { kind, name } of happenings.toReversed())
    isThere.set(key(kind, name), !kind.startsWith('add-'));
  let routed = directors.filter((name) => isThere.get(key('add-director', name)) ?? true).length;
  if (routed === 0) return { code: 'last-director', word: directors.join(' ') };
  for (const { kind, name } of happenings) {
    const word = `${kind}:${name}`;
    const there = isThere.get(key(kind, name))!;
    const adds = kind.startsWith('add-');
    if (adds && there) return { code: 'already-there', word };
    if (!adds && !there) return { code: 'not-there', word };
    if (kind !== 'drain-server') isThere.set(key(kind, name), adds);
    if (kind === 'add-director') routed++;
    if (kind === 'remove-director' && --routed === 0) return { code: 'last-director', word };
  }
  return undefined;
}

function key(kind: HappeningKind, name: string): string {
  return `${isOfServer(kind) ? 'server' : 'director'} ${name}`;
}
