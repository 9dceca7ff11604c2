import { must } from './run.ts';

/** What `ip -json address show` says of one device; only what is needed here. */
export interface ShownLink {
  readonly ifname: string;
  readonly address?: string;
  readonly mtu: number;
  readonly flags: readonly string[];
  readonly addr_info: readonly {
    readonly family: string;
    readonly local?: string;
    readonly prefixlen?: number;
  }[];
}

export interface ShownRoute {
  readonly dst: string;
  readonly gateway?: string;
  readonly protocol?: string;
}

export interface ShownNeighbour {
  readonly dst: string;
  readonly dev: string;
  /** Missing while nobody has answered. */
  readonly lladdr?: string;
}

export interface ShownNetwork {
  readonly links: readonly ShownLink[];
  /** Without those that the kernel makes for its own addresses. */
  readonly routes: readonly ShownRoute[];
}

/** One process shows both: a node's start is mostly the start of processes. */
export async function showNetwork(): Promise<ShownNetwork> {
  const text = await must('ip', ['-json', '-batch', '-'], 'address show\nroute show\n');
  const [links, routes] = text.split('\n').filter((line) => line.trim() !== '');
  const shown = list<ShownRoute>(routes);
  return { links: list<ShownLink>(links), routes: shown.filter(({ protocol }) => protocol !== 'kernel') };
}

export async function showNeighbours(): Promise<readonly ShownNeighbour[]> {
  return list(await must('ip', ['-json', '-4', 'neighbour', 'show']));
}

/** An empty list is printed as nothing by some versions of `ip`. */
function list<Item>(text = ''): readonly Item[] {
  const shown: unknown = JSON.parse(text.trim() === '' ? '[]' : text);
  if (!Array.isArray(shown)) throw new Error(`ip printed no list: ${text.slice(0, 200)}`);
  return shown as readonly Item[];
}
