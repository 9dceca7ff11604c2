// Finds the desktop editor of this machine, and starts it with folders of its own.
import path from 'node:path';

/** In this order: the name of its command, of its folder on Windows, of its application on macOS and the command in it. */
const editors = [
  { command: 'code', folder: 'Microsoft VS Code', app: 'Visual Studio Code', inApp: 'code' },
  {
    command: 'code-insiders',
    folder: 'Microsoft VS Code Insiders',
    app: 'Visual Studio Code - Insiders',
    inApp: 'code',
  },
  { command: 'codium', folder: 'VSCodium', app: 'VSCodium', inApp: 'codium' },
];

/**
 * The absolute path of the command that opens the editor: on the PATH, else where its installers put it. `undefined`
 * where there is none, or no screen to open it on.
 * @param {{ platform: string, env: Record<string, string | undefined>, home: string, exists: (file: string) => boolean }}
 *   machine
 */
export function findEditor({ platform, env, home, exists }) {
  const windows = platform === 'win32';
  const { join, delimiter } = windows ? path.win32 : path.posix;
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return undefined;
  const onPath = (env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => !isRemote(folder, env));
  for (const { command, folder, app, inApp } of editors) {
    const name = windows ? `${command}.cmd` : command;
    const places = {
      win32: [
        ...(env.LOCALAPPDATA ? [join(env.LOCALAPPDATA, 'Programs', folder, 'bin')] : []),
        ...(env.ProgramFiles ? [join(env.ProgramFiles, folder, 'bin')] : []),
      ],
      darwin: ['/', home].map((root) => join(root, 'Applications', `${app}.app/Contents/Resources/app/bin`)),
    };
    const files = [
      ...onPath.map((one) => join(one, name)),
      ...(places[platform] ?? []).map((one) => join(one, platform === 'darwin' ? inApp : name)),
    ];
    const found = files.find((file) => path[windows ? 'win32' : 'posix'].isAbsolute(file) && exists(file));
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The command that a remote window puts on the PATH of its terminals installs into that window's own extensions, whatever
 * folder it is told; that of Windows, seen from WSL, does not know these paths.
 */
function isRemote(folder, env) {
  return /[\\/]remote-cli$/.test(folder) || (Boolean(env.WSL_DISTRO_NAME) && folder.startsWith('/mnt/'));
}

/**
 * How to start the editor so that it reads and writes below `home` only. A portable editor goes by `VSCODE_PORTABLE` and
 * looks at no argument; others forget that variable and go by the arguments, but would follow `VSCODE_APPDATA` first.
 * @param {string} editor as found by `findEditor`
 * @param {{ platform: string, env: Record<string, string | undefined>, home: string }} machine `home` must exist
 * @param {string[]} args
 */
export function editorCall(editor, { platform, env, home }, args) {
  const { join } = platform === 'win32' ? path.win32 : path.posix;
  const all = [
    ...['--user-data-dir', join(home, 'user-data'), '--extensions-dir', join(home, 'extensions')],
    ...args,
  ];
  const own = { ...env, VSCODE_PORTABLE: home };
  for (const name of ['VSCODE_APPDATA', 'VSCODE_EXTENSIONS']) delete own[name];
  // A batch file runs in a shell only, which takes spaces apart.
  const shell = platform === 'win32';
  const quoted = (/** @type {string} */ text) => (shell ? `"${text}"` : text);
  return { program: quoted(editor), args: all.map(quoted), options: { shell, env: own } };
}
