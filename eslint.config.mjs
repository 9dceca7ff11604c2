import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Which folders of `src` a folder may import values from; types may come from `types` as well. Arrows run downward only. */
const houses = {
  packet: { values: [], types: [] },
  forwarder: { values: ['packet'], types: [] },
  l10n: { values: [], types: [] },
  'lab/topology': { values: ['packet', 'forwarder'], types: ['l10n'] },
  'lab/traffic': { values: ['packet', 'forwarder', 'lab/topology'], types: ['lab'] },
  'lab/embedded': { values: ['packet', 'forwarder', 'lab/topology', 'lab/traffic'], types: ['lab'] },
  'lab/docker': { values: ['packet', 'forwarder', 'lab/topology', 'lab/traffic'], types: ['lab'] },
  journey: { values: ['packet'], types: ['lab', 'lab/topology', 'forwarder', 'l10n'] },
  webview: { values: [], types: ['journey'] },
  extension: {
    values: [
      'packet',
      'lab',
      'lab/topology',
      'lab/embedded',
      'lab/docker',
      'lab/traffic',
      'journey',
      'l10n',
      'webview',
    ],
    types: ['forwarder'],
  },
  cli: {
    values: ['packet', 'lab', 'lab/topology', 'lab/embedded', 'lab/docker', 'lab/traffic', 'journey', 'l10n'],
    types: ['forwarder'],
  },
};

const pure = ['packet', 'forwarder', 'journey', 'lab/topology', 'lab/embedded', 'lab/traffic', 'l10n'];
const nodeGlobals = ['Buffer', 'process', 'setImmediate', 'clearImmediate', 'require', '__dirname', 'global'];
const oneHomeModules = [
  { name: 'vscode', message: 'Only src/extension talks to VS Code.' },
  { name: 'dockerode', message: 'Only src/lab/docker talks to Docker.' },
  { name: 'cap', message: 'Only src/forwarder/ports/cap.ts.' },
  { name: 'koffi', message: 'Only src/forwarder/ports/libc.ts.' },
];
/** The ports onto a real network: Node, and one native package each. */
const nativePorts = {
  'cap.ts': 'cap',
  'libc.ts': 'koffi',
  'packet.ts': undefined,
  'wall-clock.ts': undefined,
};

const exportDefault = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export by name: the file is named for it.',
};

const depthOf = (folder) => folder.split('/').length;

/** Import patterns of the houses a folder may not reach, written as relative specifiers from any depth inside it. */
function forbidden(folder) {
  const { values, types } = houses[folder];
  return Object.keys(houses)
    .concat('lab')
    .filter(
      (other, index, all) => other !== folder && all.indexOf(other) === index && !values.includes(other),
    )
    .map((other) => ({
      regex: specifier(folder, other),
      allowTypeImports: types.includes(other),
      message: `src/${folder} may not import ${types.includes(other) ? 'values from ' : ''}src/${other} (see ARCHITECTURE.md).`,
    }));
}

/** A relative specifier that leaves `folder` and enters `other`; between two folders of `lab` it need not leave `lab`. */
function specifier(folder, other) {
  const siblings = folder.startsWith('lab/') && other.startsWith('lab');
  const up = `(\\.\\./){${siblings ? 1 : depthOf(folder)},}`;
  if (other === 'lab') return `^${up}(lab/)?(engine|events)\\.ts$`;
  return `^${up}${siblings ? other.replace('lab/', '(lab/)?') : other}/`;
}

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
  ...Object.keys(houses).map((folder) => ({
    files: [`src/${folder}/**/*.ts`],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: oneHomeModules.filter(
            ({ name }) =>
              !(folder === 'extension' && name === 'vscode') &&
              !(folder === 'lab/docker' && name === 'dockerode'),
          ),
          patterns: [
            ...forbidden(folder),
            ...(folder === 'extension'
              ? [
                  {
                    regex: 'webview/(?!protocol\\.ts)',
                    message: 'The panel and its host meet only in protocol.ts.',
                  },
                ]
              : []),
            ...(pure.includes(folder) || folder === 'webview'
              ? [{ regex: '^node:', message: `src/${folder} runs in a browser too: nothing from Node.` }]
              : []),
          ],
        },
      ],
    },
  })),
  {
    // What the editor shows is worked out without the editor, so that it can be tested in milliseconds.
    files: ['labs', 'panel', 'language/{complete,fixes,hover,syntax}'].map(
      (folder) => `src/extension/${folder}/**/*.ts`,
    ),
    rules: {
      'no-restricted-imports': [
        'error',
        { name: 'vscode', message: 'Plain data here; adapters stand beside.' },
      ],
    },
  },
  {
    // Text of others goes through one place, where it is made text: see editor-ui.ts.
    files: ['src/extension/**/*.ts'],
    ignores: ['src/extension/editor-ui.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        exportDefault,
        {
          selector:
            'MemberExpression[property.name=/^(show(Error|Warning|Information)Message|showQuickPick|showInputBox|createQuickPick|createInputBox|withProgress|createTerminal|createOutputChannel|setStatusBarMessage)$/]',
          message: 'Only src/extension/editor-ui.ts: it shows text as text.',
        },
      ],
    },
  },
  {
    files: ['src/extension/**/*.ts'],
    ignores: ['src/extension/language/providers/to-vscode.ts', 'src/extension/editor-ui.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'vscode', property: 'MarkdownString', message: 'Use `toMarkdown`: it runs nothing.' },
      ],
    },
  },
  {
    files: ['src/webview/**/*.ts'],
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
    files: [...pure, 'webview'].map((folder) => `src/${folder}/**/*.ts`),
    rules: {
      'no-restricted-globals': [
        'error',
        ...nodeGlobals.map((name) => ({ name, message: 'The core runs in a browser too.' })),
      ],
    },
  },
  ...Object.entries(nativePorts).map(([file, own]) => ({
    files: [`src/forwarder/ports/${file}`],
    rules: {
      'no-restricted-globals': 'off',
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { paths: oneHomeModules.filter(({ name }) => name !== own), patterns: forbidden('forwarder') },
      ],
    },
  })),
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
