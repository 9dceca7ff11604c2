import { pick } from '../editor-ui.ts';
import type { Workbench } from '../workbench.ts';
import { labTarget } from './targets.ts';

/**
 * `Send Request`: one request of the traffic, now; asks which when there are several and none was named.
 * @param traffic An entry of the plan, from 0.
 */
export async function sendRequest(workbench: Workbench, argument: unknown, traffic?: unknown): Promise<void> {
  const { translate, messages } = workbench;
  const session = await labTarget(workbench, argument);
  if (!session) return;
  const all = session.version.plan.traffic;
  if (all.length === 0) {
    messages.hint(translate('extension.no-traffic', { file: session.file }));
    return;
  }
  if (typeof traffic === 'number' || all.length === 1) {
    await session.request(typeof traffic === 'number' ? traffic : 0);
    return;
  }
  const picks = all.map(({ from, request }, index) => ({ label: request, description: from, index }));
  const picked = await pick(picks, translate('extension.which-request'));
  if (picked) await session.request(picked.index);
}

/**
 * `Send request` above an entry of the file's traffic: from each of its clients.
 * @param entry From 0.
 */
export async function sendEntry(workbench: Workbench, argument: unknown, entry: unknown): Promise<void> {
  const { translate, messages } = workbench;
  const session = await labTarget(workbench, argument);
  if (!session) return;
  const traffic = session.version.trafficOf(Number(entry));
  // Somebody has just written it, and not saved yet.
  if (traffic.length === 0) messages.hint(translate('extension.no-such-traffic', { file: session.file }));
  await Promise.all(traffic.map((one) => session.request(one)));
}
