import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** What runs in a browser too. Which folder may import which stands in .dependency-cruiser.mjs. */
const pure = [
  'packet',
  'models',
  'forwarder',
  'journey',
  'comparison',
  'lab/topology',
  'lab/embedded',
  'lab/traffic',
  'console',
  'mystery',
  'l10n',
  'webview',
  'shared-page',
];
const nodeGlobals = ['Buffer', 'process', 'setImmediate', 'clearImmediate', 'require', '__dirname', 'global'];
/** The ports onto a real network. */
const nativePorts = ['cap', 'libc', 'packet', 'wall-clock'].map((name) => `src/forwarder/ports/${name}.ts`);

const exportDefault = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export by name: the file is named for it.',
};

export default defineConfig(
  { ignores: ['dist/', 'node_modules/', 'out/', '.cache/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strict, tseslint.configs.stylistic],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Every index was checked at the edge, once; `noUncheckedIndexedAccess` then needs the assertion on each read.
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-restricted-syntax': ['error', exportDefault],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    // Text of others goes through one place, where it is made text: see editor-ui.ts.
    files: ['src/extension/**/*.ts'],
    ignores: ['src/extension/editor/editor-ui.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        exportDefault,
        {
          selector:
            'MemberExpression[property.name=/^(show(Error|Warning|Information)Message|showQuickPick|showInputBox|createQuickPick|createInputBox|withProgress|createTerminal|createOutputChannel|setStatusBarMessage)$/]',
          message: 'Only src/extension/editor/editor-ui.ts: it shows text as text.',
        },
      ],
    },
  },
  {
    files: ['src/extension/**/*.ts'],
    ignores: ['src/extension/editor/language/to-vscode.ts', 'src/extension/editor/editor-ui.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'vscode', property: 'MarkdownString', message: 'Use `toMarkdown`: it runs nothing.' },
      ],
    },
  },
  {
    files: ['src/webview/**/*.ts', 'src/shared-page/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        exportDefault,
        {
          selector: 'ImportSpecifier[imported.name=/^unsafe/]',
          message: 'Text is text: lit escapes it.',
        },
      ],
      'no-restricted-properties': [
        'error',
        ...['innerHTML', 'outerHTML', 'insertAdjacentHTML'].map((property) => ({
          property,
          message: 'Text is text: lit escapes it.',
        })),
      ],
    },
  },
  {
    files: pure.map((folder) => `src/${folder}/**/*.ts`),
    ignores: nativePorts,
    rules: {
      'no-restricted-globals': [
        'error',
        ...nodeGlobals.map((name) => ({ name, message: 'The core runs in a browser too.' })),
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: { 'no-console': 'off', '@typescript-eslint/no-floating-promises': 'off' },
  },
  { files: ['src/cli/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', performance: 'readonly' },
    },
  },
);
