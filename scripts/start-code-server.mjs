// One code-server with folders of its own on a free port: nothing of it is shared with another run, or left.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureCodeServer } from './code-server.mjs';

const startSeconds = 60;

/** What makes the screen the same every time. */
const calm = {
  'files.autoSave': 'off',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
};

/** See start-code-server.d.mts. */
export async function startCodeServer({
  which = 'newest',
  settings = {},
  locale,
  vsix = [],
  development = false,
  restricted = false,
  env = {},
} = {}) {
  const { node, entry, version } = ensureCodeServer(which);
  const folder = mkdtempSync(join(tmpdir(), 'lb-lab-vscode-'));
  const data = join(folder, 'data');
  const user = { ...calm, ...(restricted ? { 'security.workspace.trust.enabled': true } : {}), ...settings };
  write(join(data, 'User/settings.json'), user);
  write(join(folder, 'config.yaml'), {});
  if (locale) pretendLanguagePack(data, locale);
  const folders = ['--user-data-dir', data, '--extensions-dir', join(folder, 'extensions')];
  const environment = { ...process.env, EXTENSIONS_GALLERY: '{}', ...env };
  // The terminal of another editor, in which this may run, would take over.
  for (const name of ['VSCODE_IPC_HOOK_CLI', 'VSCODE_PROXY_URI', 'PORT', 'PASSWORD'])
    delete environment[name];
  for (const file of vsix) install(node, entry, folders, file, environment);
  const port = await freePort();
  const log = join(folder, 'code-server.log');
  const output = openSync(log, 'w');
  const args = [
    ...[entry, '--config', join(folder, 'config.yaml'), ...folders],
    ...[
      '--auth',
      'none',
      '--bind-addr',
      `127.0.0.1:${port}`,
      '--disable-telemetry',
      '--disable-update-check',
    ],
    ...['--disable-getting-started-override', '--ignore-last-opened', '--disable-proxy'],
    ...(restricted ? [] : ['--disable-workspace-trust']),
    // Without it the newest editor ignores what asks for development mode.
    ...(development && which === 'newest' ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
  ];
  // A group of its own: the extension host and what it starts end with it.
  const server = spawn(node, args, { stdio: ['ignore', output, output], env: environment, detached: true });
  const ended = new Promise((resolve) => server.once('exit', resolve).once('error', resolve));
  const signal = (name) => {
    try {
      process.kill(-server.pid, name);
    } catch {
      // The whole group is gone.
    }
  };
  const stopNow = () => signal('SIGKILL');
  process.once('exit', stopNow);
  const stop = async () => {
    process.off('exit', stopNow);
    signal('SIGTERM');
    await Promise.race([ended, sleep(5000, undefined, { ref: false })]);
    signal('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const address = `127.0.0.1:${port}`;
  for (let tries = 0; tries < startSeconds * 10 && server.exitCode === null; tries++) {
    if (await healthy(address))
      return { version, address, folder, log: () => readFileSync(log, 'utf8'), stop };
    await sleep(100);
  }
  const lines = readFileSync(log, 'utf8');
  await stop();
  throw new Error(`code-server ${version} did not start:\n${lines}`);
}

function write(file, value) {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, JSON.stringify(value));
}

/** The editor's own texts stay English, but it takes itself to be in that language, and so do extensions. */
function pretendLanguagePack(data, locale) {
  const translation = join(data, 'main.i18n.json');
  write(join(data, 'User/argv.json'), { locale });
  write(translation, { '': [], version: '1.0.0', contents: {} });
  write(join(data, 'languagepacks.json'), {
    [locale]: {
      hash: 'x',
      extensions: [{ extensionIdentifier: { id: 'a.b' }, version: '1.0.0' }],
      translations: { vscode: translation },
      label: locale,
    },
  });
}

function install(node, entry, folders, file, env) {
  const { status, stdout, stderr } = spawnSync(node, [entry, ...folders, '--install-extension', file], {
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${file} could not be installed:\n${stdout}${stderr}`);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

function healthy(address) {
  return new Promise((resolve) => {
    const request = get(`http://${address}/healthz`, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('error', () => resolve(false));
  });
}
