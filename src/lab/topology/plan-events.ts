import { diffPlans } from './diff.ts';
import type { TopologyDocument } from './parse.ts';
import type { Path } from './places.ts';
import type { Plan, PlannedEvent, PlannedNode } from './plan.ts';
import { makeProblem, type Problem, type Range } from './problem.ts';
import { topologySchema, type EventSettings } from './schema.ts';
import { schemaProblems } from './schema-problems.ts';
import { withSetting } from './written-setting.ts';

/** What a file that is as written at some moment comes to, if it has no error. */
export type MakePlan = (document: TopologyDocument) => {
  readonly plan?: Plan;
  readonly problems: readonly Problem[];
};

type NodeState = NonNullable<PlannedNode['state']> | 'crashed' | 'running';

/** One event, read: where its words stand, and what it does. */
interface Action {
  readonly atNs: number;
  readonly text: string;
  /** Where a problem with what it leads to is shown. */
  readonly range: Range;
  readonly node?: { readonly name: string; readonly state: NodeState };
  readonly setting?: { readonly path: Path; readonly to?: unknown };
}

const STATES = { stop: 'stopped', crash: 'crashed', start: 'running', pause: 'paused' } as const;
const ACTIONS = ['stop', 'crash', 'start', 'pause', 'down', 'up', 'set', 'remove'] as const;
/** What an event cannot change: the events themselves, and what the file means to show of the whole run. */
const FIXED: readonly unknown[] = ['events', 'expect'];

/**
 * The events of a file, in order of time, each with what it changes of the plan. An event that leads to a file with an error
 * has that error, at the place where the event is written.
 */
export function plannedEvents(
  document: TopologyDocument,
  base: Plan,
  makePlan: MakePlan,
): { readonly events: PlannedEvent[]; readonly problems: Problem[] } {
  const read = document.topology.events.map((event, index) => actionOf(document, base, event, index));
  const problems = read.flatMap((result) => ('problem' in result ? [result.problem] : []));
  if (problems.length > 0) return { events: [], problems };
  const actions = read
    .flatMap((result) => ('problem' in result ? [] : [result]))
    // Stable: what happens at one time happens in the order of the file.
    .sort((a, b) => a.atNs - b.atNs);
  const events: PlannedEvent[] = [];
  const states = new Map<string, NodeState>();
  let written = document.written;
  let [now, before] = [base, base];
  for (const { atNs, text, range, node, setting } of actions) {
    if (node) states.set(node.name, node.state);
    if (setting) {
      const next = fileAfter(document, written, setting, range, makePlan);
      if ('problem' in next) problems.push(next.problem);
      else ({ written, plan: now } = next);
    }
    const after = withStates(now, states);
    const changes = diffPlans(before, after);
    if (changes.length > 0) events.push({ atNs, text, changes });
    else if (problems.length === 0)
      problems.push(makeProblem('event-changes-nothing', range, { what: text }));
    before = after;
  }
  return { events, problems };
}

function fileAfter(
  document: TopologyDocument,
  before: unknown,
  { path, to }: NonNullable<Action['setting']>,
  range: Range,
  makePlan: MakePlan,
): { readonly written: unknown; readonly plan: Plan } | { readonly problem: Problem } {
  const setting = path.join('.');
  const nowhere = { problem: makeProblem('event-setting', range, { setting }) };
  const written = withSetting(before, path, to);
  if (written === undefined) return nowhere;
  const { lab, places } = document;
  const parsed = topologySchema.safeParse({ ...(written as object), events: [] });
  const found = parsed.success
    ? makePlan({ lab, topology: parsed.data, written, places })
    : { problems: schemaProblems(parsed.error.issues, written, places) };
  const error = found.problems.find(({ severity }) => severity === 'error');
  if (error?.code === 'unknown-key') return nowhere;
  if (error) return { problem: makeProblem(error.code, range, error.params) };
  const { plan } = found;
  return plan ? { written, plan } : nowhere;
}

function withStates(plan: Plan, states: ReadonlyMap<string, NodeState>): Plan {
  const nodes = plan.nodes.map((node) => {
    const state = states.get(node.name);
    if (state === 'crashed') return { ...node, state: 'stopped' as const, crashed: true as const };
    return state === undefined || state === 'running' ? node : { ...node, state };
  });
  return { ...plan, nodes };
}

function actionOf(
  { places, topology }: TopologyDocument,
  base: Plan,
  event: EventSettings,
  index: number,
): Action | { readonly problem: Problem } {
  const at: Path = ['events', index];
  const [action, ...others] = ACTIONS.filter((key) => event[key] !== undefined);
  if (action === undefined || others.length > 0) {
    const place = others[0] === undefined ? places.of(at) : places.key([...at, others[0]]);
    return { problem: makeProblem('event-action', place, { actions: ACTIONS.join(', ') }) };
  }
  const range = places.of([...at, action]);
  const name = event[action]!;
  const hasValue = event.to !== undefined && event.to !== null;
  if ((action === 'set') !== hasValue)
    return { problem: makeProblem('event-value', hasValue ? places.key([...at, 'to']) : range) };
  if (action === 'set' || action === 'remove') {
    const path = pathOf(name);
    if (FIXED.includes(path[0])) return { problem: makeProblem('event-setting', range, { setting: name }) };
    const { to } = event;
    const text = action === 'set' ? `${name} → ${shown(to)}` : `− ${name}`;
    const place = action === 'set' ? places.of([...at, 'to']) : range;
    return { atNs: event.at, text, range: place, setting: action === 'set' ? { path, to } : { path } };
  }
  const text = `${action} ${name}`;
  const [node = '', segment = ''] = name.split('.');
  // It may be one that an earlier event adds.
  const isKnown = node in topology.nodes || base.nodes.some((one) => one.name === node);
  if (!isKnown && !topology.events.some(({ set }) => set === `nodes.${node}`)) {
    const known = Object.keys(topology.nodes).join(', ');
    return { problem: makeProblem('unknown-node', range, { name: node, known }) };
  }
  if (action === 'down' || action === 'up') {
    const port = topology.nodes[node]?.at;
    if (port && !(segment in port))
      return {
        problem: makeProblem('unknown-segment', range, {
          name: segment,
          known: Object.keys(port).join(', '),
        }),
      };
    const path: Path = ['nodes', node, 'at', segment, 'down'];
    return { atNs: event.at, text, range, setting: { path, to: action === 'down' } };
  }
  return { atNs: event.at, text, range, node: { name: node, state: STATES[action] } };
}

/** The key of a route has dots of its own: `nodes.rs1.routes.10.0.1.0/24`. */
function pathOf(written: string): Path {
  const parts = written.split('.');
  return parts[2] === 'routes' && parts.length > 4 ? [...parts.slice(0, 3), parts.slice(3).join('.')] : parts;
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
