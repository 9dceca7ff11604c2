import type { Translate } from '../../../l10n/translate.ts';
import type { EngineChoice } from './engine-choice.ts';
import { embeddedSource } from './embedded-source.ts';
import { LabFailure } from './lab-failure.ts';

/** Where there is no Docker to be had: labs run in memory, and who asked for Docker hears why not. */
export function embeddedOnly(reason: string, translate: Translate): EngineChoice {
  return {
    choose: (wanted) =>
      wanted === 'docker'
        ? Promise.reject(new LabFailure(translate('extension.docker-not-here', { reason })))
        : Promise.resolve({ source: embeddedSource }),
  };
}
