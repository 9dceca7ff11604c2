// The project's own checks, after what they need has been installed: `npm run check`, `lint`, `format` and `unit`.
//   node scripts/tools.mjs NAME [ARGUMENT …]      arguments go to the last of its tools
import { fileURLToPath } from 'node:url';
import { ensureDependencies, runTool } from './setup.mjs';

const typeProjects = [
  'tsconfig.json',
  'tsconfig.pure.json',
  'src/webview/tsconfig.json',
  'src/shared-page/tsconfig.json',
  'test/webview/browser/tsconfig.json',
  'scripts/tsconfig.json',
];

/** What each name runs in turn, until one fails: a tool in node_modules and its arguments. */
const tools = {
  check: typeProjects.map((project) => ['typescript/bin/tsc', '--noEmit', '-p', project]),
  lint: [
    ['eslint/bin/eslint.js', '.'],
    ['dependency-cruiser/bin/dependency-cruise.mjs', 'src'],
    ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  ],
  format: [['prettier/bin/prettier.cjs', '--write', '.']],
  unit: [['mocha/bin/mocha.js', '--ignore', 'test/vscode/**', 'test/**/*.test.ts']],
};

/** Returns the exit code of the first that failed, else 0. The packages must be installed. */
export function runTools(name, more = []) {
  const steps = tools[name];
  for (const [index, [path, ...args]] of steps.entries()) {
    const code = runTool(path, index === steps.length - 1 ? [...args, ...more] : args);
    if (code !== 0) return code;
  }
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name, ...more] = process.argv.slice(2);
  if (name === undefined || !Object.hasOwn(tools, name)) {
    console.error(`node scripts/tools.mjs NAME: one of ${Object.keys(tools).join(', ')}`);
    process.exit(2);
  }
  ensureDependencies();
  process.exit(runTools(name, more));
}
