import { basename } from 'node:path';
import type { ForwarderConfig } from '../forwarder/config.ts';
import { forwardOffline } from '../lab/embedded/offline-forwarder.ts';
import { loadTopology } from '../lab/topology/load.ts';
import type { Plan } from '../lab/topology/plan.ts';
import type { Capture } from '../packet/capture.ts';
import { writePcapng } from '../packet/pcapng.ts';
import { CliError, parseCall, type Cli } from './cli.ts';
import { checkOutputs, readText, writeOutput } from './files.ts';
import { readCaptureFile } from './read-capture-file.ts';
import { problemLines } from './problems.ts';

const options = {
  node: { type: 'string' },
  in: { type: 'string' },
  out: { type: 'string' },
  interface: { type: 'string' },
} as const;

/** `lb-lab forward FILE --node NAME --in IN --out OUT`: exit 0, or 2 when it cannot be done. */
export function forward(call: Cli, args: readonly string[]): Promise<number> {
  const { file, values } = parseCall(call, args, options);
  const { plan, problems } = loadTopology(readText(file), basename(file));
  for (const problem of problems) problemLines(call, file, problem).forEach(call.err);
  if (!plan) return Promise.resolve(2);
  const node = forwardingNode(plan, values.node);
  const config = plan.nodes.find(({ name }) => name === node)!.forwarder!;
  if (values.in === undefined || values.out === undefined) throw new CliError('cli.forward-in-out');
  const capture = readCaptureFile(call, values.in);
  const cli = checkOutputs(call, [values.out]);
  const ports = portsOf(capture, config, node, values.interface);
  const result = forwardOffline(plan, node, config, capture, ports);
  writeOutput(values.out, [
    writePcapng({ interfaces: result.interfaces, records: result.records, names: [] }),
  ]);
  const { taken, given } = result;
  cli.out(cli.translate('cli.forwarded', { taken, given, sent: result.records.length, node }));
  for (const [reason, count] of result.drops)
    cli.out(`  ${cli.translate('cli.dropped', { count, reason: cli.translate(`reason.${reason}`) })}`);
  return Promise.resolve(0);
}

/** The node of that name, or the only one where the forwarder runs. */
function forwardingNode({ nodes }: Plan, wanted: string | undefined): string {
  const forwarding = nodes.filter(({ forwarder }) => forwarder !== undefined).map(({ name }) => name);
  const [only, ...others] = forwarding;
  if (wanted === undefined && only !== undefined && others.length === 0) return only;
  if (wanted !== undefined && forwarding.includes(wanted)) return wanted;
  throw new CliError('cli.forward-node', { nodes: forwarding.join(', ') || '–' });
}

/** For each interface of the capture the port of the forwarder; -1 for one that is none of the node's. */
function portsOf(
  capture: Capture,
  config: ForwarderConfig,
  node: string,
  chosen: string | undefined,
): number[] {
  const place = (name: string): number =>
    config.interfaces.findIndex(({ segment }) => name === segment || name === `${node}.${segment}`);
  const ports = capture.interfaces.map(({ name }) => (name === '' ? -1 : place(name)));
  const named = chosen === undefined ? -1 : place(chosen);
  // What has no name of the node's own is what `--interface` says; one port alone needs no name.
  const rest = named >= 0 ? named : config.interfaces.length === 1 && ports.length === 1 ? 0 : -1;
  const found = ports.map((port) => (port >= 0 ? port : rest));
  if ((chosen !== undefined && named < 0) || !found.some((port) => port >= 0)) {
    const segments = config.interfaces.map(({ segment }) => segment).join(', ');
    throw new CliError('cli.forward-interface', { segments });
  }
  return found;
}
