/** Cycles only: which folder may import which is in eslint.config.mjs, where editors show it. */
export default {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Types may refer to each other in a circle; code may not.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
