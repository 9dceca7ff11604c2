import type { EngineSource } from './lab-engine.ts';

/** Whoever watches a lab waits no longer for the next thing to happen. */
const IDLE_NS = 10e9;

/** The engine in memory. Loaded when the first lab starts. */
export const embeddedSource: EngineSource = {
  name: 'embedded',
  make: async (plan, emit, { seed }) => {
    const { EmbeddedEngine } = await import('../../../lab/embedded/embedded-engine.ts');
    return new EmbeddedEngine(plan, emit, { pace: 'real', seed, idleNs: IDLE_NS });
  },
};
