// Which test files run together.

/** In a real VS Code. */
export const inVsCode = 'test/vscode/*.test.ts';

/**
 * On a Docker engine, in two lanes side by side: a lab waits for its engine, its timers and its kernel more than it
 * computes. Each lane has labs of its own, in subnets of their own, and asks for no others.
 */
const firstLane = ['test/lab/docker/differential.docker.test.ts', 'test/lab/containerlab/*.docker.test.ts'];

/** Their labs take all there is of the machine. */
const greedy = ['test/lab/docker/load.docker.test.ts', 'test/lab/docker/fifty-nodes.docker.test.ts'];

/** mocha's arguments for each lane. */
export const lanes = [
  firstLane,
  [...firstLane, ...greedy].flatMap((files) => ['--ignore', files]).concat('test/**/*.docker.test.ts'),
];

/**
 * On real kernels, interfaces and browsers, and whole engines, where time is real: these run when nothing else does. All
 * others are functions of their input, or wait for what they started, and may run beside a build.
 */
export const alone = [
  ...greedy,
  'test/forwarder/kernel/*.test.ts',
  'test/forwarder/ports/*.test.ts',
  'test/forwarder/keepalived/*.test.ts',
  'test/webview/browser/*.test.ts',
];

/** mocha's arguments for all the others. */
export const others = [...alone, 'test/**/*.docker.test.ts', inVsCode, 'test/vscode/host/*.test.ts']
  .flatMap((files) => ['--ignore', files])
  .concat('test/**/*.test.ts');
