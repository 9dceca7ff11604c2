import type { RequestEnd } from '../events.ts';
import type { LoadResult } from './load-result.ts';

/** How a load ended, as its client counted: answered when every one of its requests was. */
export function loadEnd(load: LoadResult): RequestEnd {
  if (load.requests === 0) return { outcome: 'timed-out', load };
  return { outcome: load.errors === 0 ? 'answered' : 'partial', load };
}
