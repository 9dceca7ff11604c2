// Which test files run together.

/** In a real VS Code. */
export const inVsCode = 'test/vscode/*.test.ts';

/**
 * On real engines, kernels, interfaces and browsers, where time is real: these run when nothing else does. All others are
 * functions of their input, or wait for what they started, and may run beside a build.
 */
export const alone = [
  'test/**/*.docker.test.ts',
  'test/forwarder/kernel/*.test.ts',
  'test/forwarder/ports/*.test.ts',
  'test/forwarder/keepalived/*.test.ts',
  'test/webview/browser/*.test.ts',
];

/** mocha's arguments for all the others. */
export const others = [...alone, inVsCode, 'test/vscode/host/*.test.ts']
  .flatMap((files) => ['--ignore', files])
  .concat('test/**/*.test.ts');
