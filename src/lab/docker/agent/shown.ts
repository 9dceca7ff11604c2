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

export function showLinks(): Promise<readonly ShownLink[]> {
  return show(['address', 'show']);
}

/** Without those that the kernel makes for its own addresses. */
export async function showRoutes(): Promise<readonly ShownRoute[]> {
  const routes = await show<ShownRoute>(['-4', 'route', 'show']);
  return routes.filter(({ protocol }) => protocol !== 'kernel');
}

export function showNeighbours(): Promise<readonly ShownNeighbour[]> {
  return show(['-4', 'neighbour', 'show']);
}

/** An empty list is printed as nothing by some versions of `ip`. */
async function show<Item>(args: readonly string[]): Promise<readonly Item[]> {
  const text = await must('ip', ['-json', ...args]);
  return JSON.parse(text.trim() === '' ? '[]' : text) as readonly Item[];
}
