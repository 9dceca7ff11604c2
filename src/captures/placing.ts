import type { Plan, PlannedNode } from '../lab/topology/plan.ts';
import { baseName, choiceFor, type Choice } from './choices.ts';
import { mirroredSegment } from './mirrors.ts';
import { nameOf, type Point } from './point.ts';
import type { Port } from './port.ts';

/** A file of which it is known, or guessed by its name, who recorded it. */
interface Host {
  readonly file: string;
  readonly node?: string | undefined;
}

/**
 * Gives each port its place: what was chosen for it, its name as `NODE.SEGMENT`, its MAC address, or the interface whose MAC
 * address its frames name as its own. A file that is called like one node is that node's where nothing else tells.
 * @param points The plan's interfaces with the MAC addresses that were seen.
 * @param hosts Of each source.
 * @returns The choices that were used.
 */
export function placePorts(
  ports: readonly Port[],
  plan: Plan,
  points: readonly Point[],
  hosts: readonly Host[],
  choices: readonly Choice[],
): ReadonlySet<Choice> {
  const used = new Set<Choice>();
  const chosen = ports.map((port) => choiceFor(choices, hosts[port.source]!.file, port));
  const rest = choices.findLast(({ of }) => of === '*');
  for (const [index, port] of ports.entries()) {
    const choice = chosen[index];
    if (choice && choice.node === undefined) port.mirror = choice.segment;
    else if (choice === undefined) port.point = named(points, port) ?? withMac(points, port);
    else if (choice.segment !== undefined) port.point = exactly(points, choice);
  }
  // What one interface of a file is for certain, no other one of it is taken for.
  const certain = hosts.map((_, source) =>
    ports.flatMap((port) => (port.source === source && port.point) || []),
  );
  for (const [index, port] of ports.entries()) {
    const choice = chosen[index];
    if (port.point === undefined && port.mirror === undefined) {
      const { file, node } = hosts[port.source]!;
      const own = choice?.node ?? node ?? (rest ? rest.node : nodeInName(plan, file));
      const free = points.filter((point) => !certain[port.source]!.includes(point));
      const isOnly = ports.every((one) => one === port || one.source !== port.source || one.frames === 0);
      port.point = amongOwn(points, free, port, own, isOnly);
      if (choice === undefined && rest?.node === undefined && rest?.segment !== undefined)
        port.mirror = rest.segment;
      else if (choice === undefined && rest?.segment !== undefined) port.point ??= exactly(points, rest);
      if (own === undefined && port.point === undefined) port.mirror ??= mirroredSegment(port, points);
    }
    const by = choice ?? rest;
    if (by && (port.point || port.mirror !== undefined)) used.add(by);
  }
  return used;
}

function exactly(points: readonly Point[], { node, segment }: Choice): Point | undefined {
  return points.find((point) => point.node === node && point.segment === segment);
}

function named(points: readonly Point[], { name }: Port): Point | undefined {
  return points.find((point) => nameOf(point) === name);
}

function withMac(points: readonly Point[], { mac }: Port): Point | undefined {
  return mac === undefined ? undefined : points.find((point) => point.mac === mac);
}

/** The only free interface, of this node or of all, whose MAC address is the port's own; the only one of the node, for the only port of its file. */
function amongOwn(
  points: readonly Point[],
  free: readonly Point[],
  port: Port,
  node: string | undefined,
  isOnly: boolean,
): Point | undefined {
  const own = port.ownMacs();
  const candidates = free.filter((point) => node === undefined || point.node === node);
  const fitting = candidates.filter(({ mac }) => own.includes(mac));
  if (fitting.length === 1) return fitting[0];
  if (node === undefined) return undefined;
  if (candidates.length === 1 && isOnly) return candidates[0];
  // A neighbour's frames are on the neighbour's segment.
  const near = new Set(
    [...port.macs()].flatMap((mac) => points.flatMap((point) => (point.mac === mac ? [point.segment] : []))),
  );
  const beside = candidates.filter(({ segment }) => near.has(segment));
  return near.size === 1 && beside.length === 1 ? beside[0] : undefined;
}

/** The only node whose name is a word of the file's name: `b6-dr-rs1.pcap` is rs1's. */
function nodeInName({ nodes }: Plan, file: string): string | undefined {
  const words = baseName(file).split(/[^\p{L}\p{N}]+/u);
  const found: PlannedNode[] = nodes.filter(({ name }) => words.includes(name));
  return found.length === 1 ? found[0]!.name : undefined;
}
