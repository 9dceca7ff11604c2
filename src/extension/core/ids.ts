/** Every name that code and package.json share. `test/extension/core/ids.test.ts` compares the two. */

export const LANGUAGE = 'lblab';
export const FILE_PATTERN = '**/*.lblab.{yaml,yml}';
/**
 * For dialogs that save one: a name without an ending gets the first. An editor in a browser knows a name by what stands
 * behind its last dot alone.
 */
export const FILE_ENDINGS = ['lblab.yaml', 'lblab.yml', 'yaml', 'yml'];

/** Those with a title in the manifest. */
export const commandIds = [
  'lbLab.startNat',
  'lbLab.startDnat',
  'lbLab.startDr',
  'lbLab.startTun',
  'lbLab.start',
  'lbLab.stop',
  'lbLab.restart',
  'lbLab.apply',
  'lbLab.sendRequest',
  'lbLab.showFlow',
  'lbLab.openShell',
  'lbLab.compareModels',
  'lbLab.exportComparison',
  'lbLab.exportCapture',
  'lbLab.explainCaptures',
  'lbLab.openInWireshark',
  'lbLab.newTopology',
  'lbLab.saveCopy',
  'lbLab.cleanUp',
  'lbLab.showLog',
  'lbLab.help',
  'lbLab.useDocker',
  'lbLab.stopNode',
  'lbLab.startNode',
  'lbLab.pauseNode',
  'lbLab.disconnect',
  'lbLab.connect',
  'lbLab.mystery',
  'lbLab.nameCause',
  'lbLab.mysteryResults',
] as const;

/** Only code calls these: links, and remedies on messages. */
export const innerCommandIds = [
  'lbLab.showProblem',
  'lbLab.openSettings',
  'lbLab.manageTrust',
  'lbLab.buildImage',
  'lbLab.showPlace',
  'lbLab.firstRun',
  'lbLab.download',
  'lbLab.sendEntry',
  'lbLab.stopOthers',
] as const;

export type CommandId = (typeof commandIds)[number] | (typeof innerCommandIds)[number];

export const contextKeys = {
  /** Docker may be used here: a desktop or remote extension host, and a trusted workspace. */
  dockerAllowed: 'lbLab.dockerAllowed',
  /** The extension host is a browser. */
  web: 'lbLab.web',
  /** Some lab runs. */
  anyRunning: 'lbLab.anyRunning',
  /** Some lab has a recording. */
  anyRecorded: 'lbLab.anyRecorded',
  /** `missing`, `noImage` or `ready`, once it was looked for. */
  dockerState: 'lbLab.dockerState',
  /** A change of a file was applied to its lab. */
  hasApplied: 'lbLab.hasApplied',
  /** Paths of the files whose labs run, as a list for `in`. */
  runningFiles: 'lbLab.runningFiles',
  /** Paths of the files whose labs have a recording. */
  recordedFiles: 'lbLab.recordedFiles',
  /** There is a topology file in the workspace. */
  hasTopology: 'lbLab.hasTopology',
} as const;

export const viewIds = { container: 'lbLab', labs: 'lbLab.labs' } as const;

/** The webview's `viewType`; its state is restored under this name. */
export const PANEL_TYPE = 'lbLab.flow';

/** That of *Compare Models*. */
export const COMPARISON_TYPE = 'lbLab.comparison';

/** A capture in an editor of its own. */
export const CAPTURE_EDITOR = 'lbLab.capture';

/** That of *Explain Captures*. */
export const CAPTURES_TYPE = 'lbLab.captures';
