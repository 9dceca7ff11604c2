import type { SchedulerName } from '../../forwarder/schedulers/registry.ts';
import type { SchedulerFlag } from '../../forwarder/schedulers/scheduler.ts';
import type { Question } from '../../simulation/all.ts';
import { choices, schedulerNames } from '../../simulation/choices.ts';
import type { Conditions, Fleet, Happening, Scheduling } from '../../simulation/fleet.ts';
import { MOST_CLIENTS, MOST_PORTS } from '../../simulation/flows.ts';
import { readHappenings } from '../../simulation/happenings.ts';
import { MADE_UP_VIP, madeUpDirectors, madeUpServers } from '../../simulation/made-up.ts';
import { CliError, type Cli } from '../cli.ts';
import { inRange, oneOf } from './values.ts';
import { servedIn } from './served.ts';

const text = { type: 'string' } as const;

export const simulateOptions = {
  service: text,
  directors: text,
  servers: text,
  flows: text,
  clients: text,
  schedulers: text,
  flags: text,
  'table-sizes': text,
  happens: { type: 'string', multiple: true },
  sync: { type: 'boolean', default: false },
  policy: text,
  'sloppy-tcp': text,
  'on-remove': text,
  protocol: text,
  'other-order': text,
  seed: text,
  json: text,
} as const;

/** What was given, by the name of the option. */
type Values = {
  readonly [Name in keyof typeof simulateOptions]?: Name extends 'sync'
    ? boolean
    : Name extends 'happens'
      ? string[]
      : string;
};

export const MOST_SERVERS = 10_000;
const MOST_DIRECTORS = 256;
const MOST_FLOWS = 10_000_000;
/** Flows of each client, where it is not said how many clients there are. */
const USUAL_FLOWS_OF_CLIENT = 10;
const USUAL_SCENARIOS = [
  'remove-server',
  'drain-server',
  'add-server',
  'remove-director',
  'add-director',
  'remove-server,remove-director',
];

/** Undefined when the file has errors: they were printed. Throws `CliError` for a bad call. */
export function readQuestion(cli: Cli, file: string | undefined, values: Values): Question | undefined {
  const served = file === undefined ? undefined : servedIn(cli, file, values.service);
  if (file !== undefined && !served) return undefined;
  const directorCount = inRange('--directors', values.directors, 1, MOST_DIRECTORS);
  const serverCount = inRange('--servers', values.servers, 1, MOST_SERVERS);
  if (served && serverCount !== undefined)
    throw new CliError('simulate.of-the-file', { option: '--servers' });
  const ofFile = served && served.directors.length > 1 ? served.directors : undefined;
  const fleet: Fleet = {
    directors: (directorCount === undefined && ofFile) || madeUpDirectors(directorCount ?? 16),
    servers: served?.service.servers ?? madeUpServers(serverCount ?? 1000),
    vip: served?.service.vip ?? MADE_UP_VIP,
    port: served?.service.port ?? 80,
    protocol: oneOf('--protocol', values.protocol, ['tcp', 'udp']) ?? served?.service.protocol ?? 'tcp',
    ...(values['other-order'] !== undefined && { otherOrder: values['other-order'] }),
  };
  if (fleet.otherOrder !== undefined && !fleet.directors.includes(fleet.otherOrder))
    throw new CliError('simulate.no-such', { option: '--other-order', word: fleet.otherOrder });
  const flows = inRange('--flows', values.flows, 1, MOST_FLOWS) ?? 1_000_000;
  const fewest = Math.ceil(flows / MOST_PORTS);
  const clients =
    inRange('--clients', values.clients, fewest, Math.min(flows, MOST_CLIENTS)) ??
    Math.max(fewest, Math.ceil(flows / USUAL_FLOWS_OF_CLIENT));
  return {
    fleet,
    schedulings: schedulingsOf(values, served?.service),
    scenarios: (values.happens ?? USUAL_SCENARIOS.filter((one) => canBe(one, fleet))).map((one) =>
      happeningsIn(one, fleet),
    ),
    conditions: conditionsOf(values, served?.onRemove),
    flows,
    clients,
    seed: inRange('--seed', values.seed, 0, 0xffff_ffff) ?? 1,
  };
}

function conditionsOf(values: Values, onRemove: Conditions['onRemove'] | undefined): Conditions {
  return {
    policy: oneOf('--policy', values.policy, ['0', '1']) === '1' ? 1 : 0,
    sync: values.sync ?? false,
    sloppyTcp: oneOf('--sloppy-tcp', values['sloppy-tcp'], ['0', '1']) !== '0',
    onRemove: oneOf('--on-remove', values['on-remove'], ['reset', 'silent']) ?? onRemove ?? 'reset',
  };
}

/** Each scheduler that is named, or the file's; one with a choice of tables once for each size. */
function schedulingsOf(
  values: Values,
  served: { scheduler: SchedulerName; schedulerFlags?: readonly SchedulerFlag[] } | undefined,
): Scheduling[] {
  const named = listOf(values.schedulers) ?? (served ? [served.scheduler] : ['mh', 'sh', 'rr']);
  const flags = (listOf(values.flags) ?? served?.schedulerFlags ?? []).map((flag) =>
    oneOf('--flags', flag, ['fallback', 'port'])!,
  );
  const sizes = listOf(values['table-sizes']) ?? ['4093', '65521'];
  return named.flatMap((name): Scheduling[] => {
    const scheduler = oneOf('--schedulers', name, schedulerNames)!;
    const { tableSizes, hasFlags } = choices[scheduler];
    const own = { scheduler, flags: hasFlags ? flags : [] };
    if (!tableSizes) return [own];
    return sizes.map((size) => ({
      ...own,
      tableSize: Number(oneOf('--table-sizes', size, tableSizes.map(String))),
    }));
  });
}

function listOf(list: string | undefined): string[] | undefined {
  return list?.split(',').map((word) => word.trim());
}

function canBe(scenario: string, fleet: Fleet): boolean {
  return !('code' in readHappenings(scenario, fleet));
}

function happeningsIn(scenario: string, fleet: Fleet): Happening[] {
  const read = readHappenings(scenario, fleet);
  if ('code' in read) throw new CliError(`simulate.${read.code}`, { option: '--happens', word: read.word });
  return read;
}
