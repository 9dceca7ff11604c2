import type { PlannedNode } from '../topology/plan.ts';
import type { AgentWarning } from '../agent-wire/agent-protocol.ts';
import { run } from './run.ts';

/**
 * Delay and loss, where the kernel has `netem`; many do not, and then the setting is named as one that does not hold
 * here. Returned, not thrown: the lab runs without it. `shaped` are the devices that have a setting; it is kept up to date.
 */
export async function applyQueueing(
  node: PlannedNode,
  deviceOf: (segment: string) => string | undefined,
  shaped: Set<string>,
): Promise<AgentWarning[]> {
  const warnings: AgentWarning[] = [];
  for (const { segment, delayNs, loss } of node.interfaces) {
    const device = deviceOf(segment);
    if (device === undefined) continue;
    const where = { node: node.name, segment };
    if (shaped.delete(device)) await run('tc', ['qdisc', 'del', 'dev', device, 'root']);
    if (delayNs === 0 && loss === 0) continue;
    const settings = [
      ...(delayNs > 0 ? ['delay', `${Math.max(1, Math.round(delayNs / 1000))}us`] : []),
      ...(loss > 0 ? ['loss', `${(loss * 100).toFixed(4)}%`] : []),
    ];
    const { exitCode } = await run('tc', ['qdisc', 'add', 'dev', device, 'root', 'netem', ...settings]);
    if (exitCode === 0) {
      shaped.add(device);
      continue;
    }
    if (delayNs > 0) warnings.push({ code: 'docker.warning.no-delay', params: where });
    if (loss > 0) warnings.push({ code: 'docker.warning.no-loss', params: where });
  }
  return warnings;
}
