import * as vscode from 'vscode';
import type { DockerClient } from '../../../lab/docker/docker-client.ts';
import type { ChosenEngine, EngineChoice } from '../../core/labs/engine-choice.ts';
import type { EngineSource } from '../../core/labs/lab-engine.ts';
import { embeddedSource } from '../../core/labs/embedded-source.ts';
import { LabFailure } from '../../core/labs/lab-failure.ts';
import type { PlatformParts } from '../platform.ts';
import { asLabFailure } from './docker-failure.ts';
import { dockerSource } from './docker-source.ts';
import { tellDockerState } from './docker-state.ts';
import { openEngine } from './open-engine.ts';

/** A start in memory does not wait longer than this to hear whether there is Docker. */
const PATIENCE_MS = 1000;

type Found = { readonly client: DockerClient; readonly image: string } | { readonly reason: string };

/** Docker when it answers and has the node image, else the engine in memory, at once. */
export class DockerChoice implements EngineChoice {
  readonly #parts: PlatformParts;

  constructor(parts: PlatformParts) {
    this.#parts = parts;
  }

  async choose(wanted: 'auto' | 'docker' | 'embedded'): Promise<ChosenEngine> {
    const { translate } = this.#parts;
    if (wanted === 'embedded') return { source: embeddedSource };
    if (!vscode.workspace.isTrusted) {
      const message = translate('extension.docker-not-trusted');
      if (wanted === 'auto') return { source: embeddedSource, notice: message };
      throw new LabFailure(message, {
        text: translate('extension.manage-trust'),
        command: 'lbLab.manageTrust',
      });
    }
    if (wanted === 'docker') return this.#docker(await this.#open());
    const search = this.#search();
    const found = await Promise.race([search, after(PATIENCE_MS)]);
    if (found && 'client' in found) return this.#docker(found);
    if (found) return { source: embeddedSource, notice: found.reason };
    return {
      source: embeddedSource,
      notice: translate('extension.in-memory-slow'),
      later: search.then((late) => {
        if (!('client' in late)) return late.reason;
        late.client.close();
        return translate('extension.in-memory-found');
      }),
    };
  }

  async takeUp(id: string): Promise<EngineSource | undefined> {
    if (!vscode.workspace.isTrusted) return undefined;
    const found = await this.#open();
    try {
      const { findLabs } = await import('../../../lab/docker/sweep.ts');
      const lab = (await findLabs(found.client)).find((one) => one.id === id);
      if (lab?.containers.some(({ state }) => state === 'running'))
        return dockerSource(this.#parts, found, lab);
    } catch (error) {
      found.client.close();
      throw asLabFailure(error, this.#parts);
    }
    found.client.close();
    return undefined;
  }

  #docker(found: { readonly client: DockerClient; readonly image: string }): ChosenEngine {
    return { source: dockerSource(this.#parts, found) };
  }

  /** Never rejects: why there is no Docker is its answer then. */
  async #search(): Promise<Found> {
    const { translate, log } = this.#parts;
    try {
      const { client, image, present } = await openEngine(this.#parts);
      tellDockerState(present ? 'ready' : 'noImage');
      if (present) return { client, image };
      client.close();
      return { reason: translate('extension.in-memory-no-image') };
    } catch (error) {
      tellDockerState('missing');
      log.info(error instanceof Error ? error.message : String(error));
      return { reason: translate('extension.in-memory-no-docker') };
    }
  }

  async #open(): Promise<{ client: DockerClient; image: string }> {
    const { translate } = this.#parts;
    try {
      const { client, image, present } = await openEngine(this.#parts);
      if (present) return { client, image };
      client.close();
    } catch (error) {
      throw asLabFailure(error, this.#parts);
    }
    throw new LabFailure(translate('extension.image-missing'), {
      text: translate('extension.build-image'),
      command: 'lbLab.useDocker',
    });
  }
}

function after(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
}
