import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { editorCall, findEditor } from '../../scripts/desktop-editor.mjs';
import { temporaryFolder, type TemporaryFolder } from '../support/lb-lab.ts';

const screen = { DISPLAY: ':0' };
const local = 'C:\\Users\\me\\AppData\\Local';
const windows = { LOCALAPPDATA: local, ProgramFiles: 'C:\\Program Files', Path: 'C:\\Windows;C:\\tools' };
const inApp = 'Contents/Resources/app/bin';

/** Platform, environment, the files that are there, and which of them is the editor's. */
const machines: readonly [string, string, Record<string, string>, readonly string[], string | undefined][] = [
  ['Linux, on the PATH', 'linux', { ...screen, PATH: '/bin:/usr/bin' }, ['/usr/bin/code'], '/usr/bin/code'],
  ['Wayland', 'linux', { WAYLAND_DISPLAY: 'w', PATH: '/snap/bin' }, ['/snap/bin/code'], '/snap/bin/code'],
  ['Linux without a screen', 'linux', { PATH: '/usr/bin' }, ['/usr/bin/code'], undefined],
  ['Linux with VSCodium', 'linux', { ...screen, PATH: '/usr/bin' }, ['/usr/bin/codium'], '/usr/bin/codium'],
  ['nothing', 'linux', { ...screen, PATH: '/usr/bin' }, [], undefined],
  ['no PATH', 'linux', screen, ['code'], undefined],
  [
    'the terminal of a remote window',
    'linux',
    { ...screen, PATH: '/srv/bin/remote-cli:/usr/bin' },
    ['/srv/bin/remote-cli/code'],
    undefined,
  ],
  [
    'WSL, where the editor is on the other side',
    'linux',
    { ...screen, WSL_DISTRO_NAME: 'Debian', PATH: '/mnt/c/code/bin' },
    ['/mnt/c/code/bin/code'],
    undefined,
  ],
  [
    'macOS',
    'darwin',
    { PATH: '/usr/bin' },
    [`/Applications/Visual Studio Code.app/${inApp}/code`],
    `/Applications/Visual Studio Code.app/${inApp}/code`,
  ],
  [
    "macOS, in the user's applications, Insiders",
    'darwin',
    {},
    [`/home/me/Applications/Visual Studio Code - Insiders.app/${inApp}/code`],
    `/home/me/Applications/Visual Studio Code - Insiders.app/${inApp}/code`,
  ],
  [
    'macOS, VSCodium',
    'darwin',
    {},
    [`/Applications/VSCodium.app/${inApp}/codium`],
    `/Applications/VSCodium.app/${inApp}/codium`,
  ],
  [
    'Windows, for this user',
    'win32',
    windows,
    [`${local}\\Programs\\Microsoft VS Code\\bin\\code.cmd`],
    `${local}\\Programs\\Microsoft VS Code\\bin\\code.cmd`,
  ],
  [
    'Windows, for everybody',
    'win32',
    windows,
    ['C:\\Program Files\\Microsoft VS Code\\bin\\code.cmd'],
    'C:\\Program Files\\Microsoft VS Code\\bin\\code.cmd',
  ],
  [
    'Windows, on the PATH, before another one',
    'win32',
    windows,
    ['C:\\tools\\code.cmd', `${local}\\Programs\\VSCodium\\bin\\codium.cmd`],
    'C:\\tools\\code.cmd',
  ],
  [
    'Windows, Insiders',
    'win32',
    windows,
    [`${local}\\Programs\\Microsoft VS Code Insiders\\bin\\code-insiders.cmd`],
    `${local}\\Programs\\Microsoft VS Code Insiders\\bin\\code-insiders.cmd`,
  ],
  ['Windows, a shell script of that name', 'win32', windows, ['C:\\tools\\code'], undefined],
];

describe('the desktop editor', () => {
  for (const [name, platform, env, files, expected] of machines) {
    it(`is found, or not: ${name}`, () => {
      const exists = (file: string) => files.includes(file);
      assert.equal(findEditor({ platform, env, home: '/home/me', exists }), expected);
    });
  }

  it('gets folders of its own, whatever kind of install it is', () => {
    const env = {
      PATH: '/usr/bin',
      VSCODE_PORTABLE: '/theirs',
      VSCODE_APPDATA: '/theirs',
      VSCODE_EXTENSIONS: '/t',
    };
    const call = editorCall('/usr/bin/code', { platform: 'linux', env, home: '/own home' }, [
      '--goto',
      '/a b',
    ]);
    assert.deepEqual(call, {
      program: '/usr/bin/code',
      args: [
        '--user-data-dir',
        '/own home/user-data',
        '--extensions-dir',
        '/own home/extensions',
        '--goto',
        '/a b',
      ],
      options: { shell: false, env: { PATH: '/usr/bin', VSCODE_PORTABLE: '/own home' } },
    });
    assert.equal(env.VSCODE_PORTABLE, '/theirs');
  });

  it('is called through a shell on Windows, every word quoted', () => {
    const machine = { platform: 'win32', env: {}, home: 'C:\\own home' };
    const { program, args, options } = editorCall('C:\\Program Files\\code.cmd', machine, ['--force']);
    assert.equal(program, '"C:\\Program Files\\code.cmd"');
    assert.deepEqual(args, [
      '"--user-data-dir"',
      '"C:\\own home\\user-data"',
      '"--extensions-dir"',
      '"C:\\own home\\extensions"',
      '"--force"',
    ]);
    assert.equal(options.shell, true);
  });

  describe('as npm run vscode calls it', () => {
    let folder: TemporaryFolder;
    before(function () {
      // The stand-in is a shell script.
      if (process.platform === 'win32') this.skip();
      folder = temporaryFolder();
    });
    after(() => folder?.remove());

    it('sees the arguments one by one, and the variable', () => {
      mkdirSync(folder.path('bin'));
      const code = folder.path('bin/code');
      writeFileSync(code, `#!/bin/sh\nprintf '%s\\n' "$VSCODE_PORTABLE" "$@" > '${folder.path('seen')}'\n`);
      chmodSync(code, 0o755);
      const machine = { platform: process.platform, env: process.env, home: folder.path('home') };
      const { program, args, options } = editorCall(code, machine, ['a b']);
      assert.equal(spawnSync(program, args, options).status, 0);
      assert.deepEqual(readFileSync(folder.path('seen'), 'utf8').trim().split('\n'), [
        machine.home,
        '--user-data-dir',
        `${machine.home}/user-data`,
        '--extensions-dir',
        `${machine.home}/extensions`,
        'a b',
      ]);
    });
  });
});
