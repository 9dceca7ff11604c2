import type { Translate } from '../../../l10n/translate.ts';
import type { LiveLab } from '../../core/language/live-lab.ts';
import type { TopologyDocuments } from './topology-documents.ts';

/** What every provider is made of. */
export interface ProviderContext {
  readonly documents: TopologyDocuments;
  readonly translate: Translate;
  readonly live?: LiveLab;
}
