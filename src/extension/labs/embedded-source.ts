import type { EngineSource } from './lab-engine.ts';

/** The engine in memory. Loaded when the first lab starts. */
export const embeddedSource: EngineSource = {
  name: 'embedded',
  make: async (plan, emit, { seed }) => {
    const { EmbeddedEngine } = await import('../../lab/embedded/embedded-engine.ts');
    return new EmbeddedEngine(plan, emit, { pace: 'real', seed });
  },
};
