import type { EventSink } from '../engine.ts';
import { DockerEngine, type DockerEngineOptions } from './docker-engine.ts';
import { LabError } from './lab-problem.ts';
import { readRecord } from './read-record.ts';
import type { FoundLab } from './sweep.ts';

/**
 * The engine of a lab whose controller is gone: its `start` takes the lab up where it is, on the same clock and in the same
 * epoch. Rejects with a `LabError` when nobody there can be asked; `start` rejects with `lab-held` while another controller
 * holds the lab, and leaves the lab as it is when it fails.
 */
export async function attachDocker(
  lab: FoundLab,
  emit: EventSink,
  options: DockerEngineOptions,
): Promise<DockerEngine> {
  if (!lab.containers.some(({ state }) => state === 'running'))
    throw new LabError('lab-gone', { lab: lab.id });
  const record = await readRecord(options.client, lab);
  if (!record) throw new LabError('lab-unfinished', { lab: lab.id });
  return new DockerEngine(record.plan, emit, options, { lab, record });
}
