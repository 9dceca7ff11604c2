import { MOST_EVENTS } from '../../../lab/embedded/most-events.ts';
import type { EngineSource } from '../labs/lab-engine.ts';

/** The engine in memory for who waits for a verdict and looks at nothing: as fast as the machine is. */
export const virtualSource: EngineSource = {
  name: 'embedded',
  make: async (plan, emit, { seed }) => {
    const { EmbeddedEngine } = await import('../../../lab/embedded/embedded-engine.ts');
    return new EmbeddedEngine(plan, emit, { seed, mostEvents: MOST_EVENTS });
  },
};
