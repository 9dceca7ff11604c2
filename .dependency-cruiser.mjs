// Which file may import which; also by `import()`. What a name means stands in ARCHITECTURE.md.

/** Which folders of `src` a folder may import from, and of which it may import types only. Arrows run downward. */
const houses = {
  packet: {},
  // Data that everybody may ask.
  models: { types: ['packet'] },
  forwarder: { values: ['packet', 'models'] },
  l10n: {},
  'lab/topology': { values: ['packet', 'models', 'forwarder'], types: ['l10n'] },
  'lab/traffic': { values: ['packet', 'forwarder', 'lab/topology'], types: ['lab'] },
  'lab/embedded': { values: ['packet', 'forwarder', 'lab/topology', 'lab/traffic'], types: ['lab'] },
  'lab/agent-wire': { values: ['packet', 'lab', 'lab/topology'], types: ['forwarder', 'lab/traffic'] },
  // It runs inside a container: it may not import who talks to it.
  'lab/agent': { values: ['packet', 'forwarder', 'lab', 'lab/topology', 'lab/traffic', 'lab/agent-wire'] },
  'lab/docker': {
    values: ['packet', 'forwarder', 'lab', 'lab/topology', 'lab/traffic', 'lab/agent-wire'],
  },
  // Another engine's files: its nodes run the image of ours.
  'lab/containerlab': { values: ['packet', 'lab/topology', 'lab/traffic', 'lab/agent-wire', 'lab/docker'] },
  // What machines in production are told.
  'lab/production': { values: ['packet', 'models', 'forwarder', 'l10n', 'lab/topology'] },
  lab: { types: ['packet', 'forwarder', 'lab/topology', 'lab/traffic'] },
  'journey/records': { values: ['packet', 'models'], types: ['lab', 'lab/topology', 'forwarder', 'journey'] },
  'journey/ledger': {
    values: ['packet', 'journey/records'],
    types: ['lab', 'lab/topology', 'l10n', 'journey'],
  },
  'journey/joins': {
    values: ['packet', 'journey/records', 'journey/ledger'],
    types: ['lab', 'lab/topology', 'journey'],
  },
  'journey/flows': { values: ['packet', 'journey/records'], types: ['lab/topology', 'journey'] },
  'journey/predictions': {
    values: ['packet', 'models', 'journey/records', 'journey/joins'],
    types: ['lab/topology', 'journey'],
  },
  'journey/promises': {
    values: ['packet', 'models', 'journey/records', 'journey/joins', 'journey/predictions'],
    types: ['lab/topology', 'journey'],
  },
  'journey/explanations': {
    values: ['packet', 'models', 'journey/records', 'journey/ledger', 'journey/predictions'],
    types: ['lab', 'lab/topology', 'forwarder', 'l10n', 'journey'],
  },
  'journey/judgement': {
    values: [
      'packet',
      'models',
      'journey/records',
      'journey/ledger',
      'journey/predictions',
      'journey/promises',
      'journey/explanations',
    ],
    types: ['lab', 'lab/topology', 'l10n', 'journey', 'journey/joins'],
  },
  journey: { values: ['packet', 'journey/*'], types: ['models', 'lab', 'lab/topology', 'l10n'] },
  // Recordings of any hosts as events of a lab.
  captures: { values: ['packet', 'models'], types: ['lab', 'lab/topology'] },
  // A console on a node in memory, for whoever shows one.
  console: { values: ['packet'], types: ['lab', 'lab/embedded', 'l10n'] },
  // What is wrong and said nowhere, and how it stays so.
  mystery: { values: ['lab/topology', 'lab/embedded', 'journey'], types: ['lab', 'l10n'] },
  comparison: {
    values: ['packet', 'models', 'forwarder', 'lab/topology', 'lab/embedded', 'journey'],
    types: ['lab', 'l10n'],
  },
  // A fleet without packets: the forwarder's schedulers, and no forwarder.
  simulation: { values: ['packet', 'forwarder'] },
  'panel-protocol': { types: ['models', 'journey', 'lab', 'comparison'] },
  webview: { values: ['packet', 'models', 'panel-protocol'], types: ['journey', 'lab', 'comparison'] },
  // What the editor shows is worked out without the editor, so that it can be tested in milliseconds.
  'extension/core': {
    values: [
      'packet',
      'models',
      'forwarder',
      'lab',
      'lab/*',
      'journey',
      'journey/*',
      'captures',
      'captures',
      'comparison',
      'l10n',
      'panel-protocol',
      'console',
      'mystery',
    ],
  },
  'extension/editor': {
    values: [
      'packet',
      'lab',
      'lab/*',
      'journey',
      'journey/*',
      'captures',
      'captures',
      'comparison',
      'l10n',
      'panel-protocol',
      'console',
      'mystery',
      'extension/core',
    ],
    types: ['forwarder', 'models'],
  },
  extension: { values: ['l10n', 'lab/*', 'extension/*'], types: ['panel-protocol'] },
  // A page of its own stands in for the editor.
  'shared-page': { values: ['l10n', 'panel-protocol', 'extension/core'] },
  cli: {
    values: [
      'packet',
      'models',
      'lab',
      'lab/*',
      'journey',
      'journey/*',
      'captures',
      'comparison',
      'l10n',
      'console',
      'mystery',
      'simulation',
      'extension/core',
    ],
    types: ['forwarder'],
  },
};

/** What runs in a browser too. */
const pure =
  '^src/(packet|models|forwarder|journey|captures|comparison|console|mystery|simulation|lab/(topology|embedded|traffic)|l10n|panel-protocol|webview|shared-page)/';
/** The ports onto a real network: Node, and one native package each. */
const nativePorts = '^src/forwarder/ports/(cap|libc|packet|wall-clock)\\.ts$';

/** The files of a house; where there are houses within it, those that stand in none of them. */
function filesOf(house) {
  if (house.endsWith('/*')) return `^src/${house.slice(0, -1)}`;
  return Object.keys(houses).some((other) => other.startsWith(`${house}/`))
    ? `^src/${house}/[^/]+$`
    : `^src/${house}/`;
}

const notATypeOnly = { dependencyTypesNot: ['type-only'] };
const between = Object.entries(houses).flatMap(([house, { values = [], types = [] }]) => {
  const own = filesOf(house);
  const reached = values.map(filesOf);
  return [
    {
      name: `src/${house} imports values`,
      comment: `It may import values from ${values.join(', ') || 'nothing'} only.`,
      severity: 'error',
      from: { path: own },
      to: { path: '^src/', pathNot: [own, ...reached], ...notATypeOnly },
    },
    {
      name: `src/${house} imports types`,
      comment: `It may import types from ${[...values, ...types].join(', ') || 'nothing'} only.`,
      severity: 'error',
      from: { path: own },
      to: { path: '^src/', pathNot: [own, ...reached, ...types.map(filesOf)] },
    },
  ];
});

const oneHome = (name, modules, home) => ({
  name,
  severity: 'error',
  from: { path: '^src/', pathNot: home },
  to: { path: modules },
});

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Types may refer to each other in a circle; code may not.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: notATypeOnly },
    },
    ...between,
    {
      name: 'nothing from Node in the core',
      comment: 'It runs in a browser too.',
      severity: 'error',
      from: { path: pure, pathNot: nativePorts },
      to: { dependencyTypes: ['core'] },
    },
    oneHome('only the extension talks to VS Code', '(^|/)vscode$|/@types/vscode/', '^src/extension/'),
    oneHome('only src/lab/docker talks to Docker', '(^|/)dockerode(/|$)', '^src/lab/docker/'),
    oneHome('only one port uses cap', '(^|/)cap(/|$)', '^src/forwarder/ports/cap\\.ts$'),
    oneHome('only one port uses koffi', '(^|/)koffi(/|$)', '^src/forwarder/ports/libc\\.ts$'),
    {
      name: 'worked out without the editor',
      comment: 'What the editor shows is plain data, tested in milliseconds; adapters stand beside.',
      severity: 'error',
      from: { path: '^src/extension/core/' },
      to: { path: '(^|/)vscode$|/@types/vscode/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
