// A real VS Code for tests and for trying: code-server (VS Code itself, served to a browser) with a Node of its own, both
// from npm packages, kept in the user's cache folder. Nothing is compiled and no editor is downloaded.
//   node scripts/code-server.mjs [newest] [lowest]      installs, and prints where: JSON, one editor a line
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The editor that people get today, and the oldest one that `engines.vscode` in package.json lets in. */
export const editors = {
  newest: { codeServer: '4.139.1', vscode: '1.139.1', node: '24.21.0' },
  lowest: {
    codeServer: '4.100.3',
    vscode: '1.100.3',
    node: '20.20.2',
    // Its own packages of these download or compile what the newest's bring with them.
    instead: ['node-pty@1.2.0-beta.15', '@vscode/ripgrep-universal@1.18.0'],
  },
};

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lb-lab-vscode');

/**
 * Installs what is missing (about 45 s and 600 MB each, once) and resolves to the absolute paths of the Node to start it
 * with and of its entry, or throws with the reason. Linux on x64 and arm64: the platforms of the packages.
 * @param {keyof typeof editors} which
 */
export function ensureCodeServer(which) {
  const { codeServer, vscode, node } = editors[which];
  const platform = `${process.platform}-${process.arch}`;
  if (!/^linux-(x64|arm64)$/.test(platform)) throw new Error(`code-server is not made for ${platform}.`);
  const nodeFolder = installed(`node-${node}`, (folder) => {
    npmInstall(folder, [`node-${platform}@${node}`]);
    renameSync(join(folder, `node_modules/node-${platform}`), join(folder, 'node'));
    expectVersion(join(folder, 'node/bin/node'), [], `v${node}`);
  });
  const nodeBin = join(nodeFolder, 'node/bin');
  const folder = installed(`code-server-${codeServer}`, (made) => installCodeServer(made, nodeBin, which));
  const server = join(folder, 'node_modules/code-server');
  return { version: vscode, node: join(nodeBin, 'node'), entry: join(server, 'out/node/entry.js') };
}

function installCodeServer(folder, nodeBin, which) {
  const { codeServer, instead = [] } = editors[which];
  npmInstall(folder, [`code-server@${codeServer}`], nodeBin);
  const server = join(folder, 'node_modules/code-server');
  const vscode = join(server, 'lib/vscode');
  // Its own install script would do this with `npm ci`, which refuses: the shrinkwrap is out of step.
  npmInstall(vscode, ['--omit=dev', ...instead], nodeBin);
  npmInstall(join(vscode, 'extensions'), ['--omit=dev'], nodeBin);
  const os = process.platform;
  for (const [link, target] of [
    [`remote-cli/code-${os}.sh`, 'remote-cli/code-server'],
    [`helpers/browser-${os}.sh`, 'helpers/browser.sh'],
  ]) {
    const [from, to] = [join(vscode, 'bin', link), join(vscode, 'bin', target)];
    if (existsSync(from) && !existsSync(to)) symlinkSync(from.slice(from.lastIndexOf('/') + 1), to);
  }
  const modules = join(vscode, 'node_modules');
  const search = join(modules, '@vscode/ripgrep');
  if (existsSync(search) && !existsSync(join(search, 'bin')))
    symlinkSync(join('../ripgrep-universal/bin', `${os}-${process.arch}`), join(search, 'bin'));
  for (const unused of ['@github/copilot-sdk-linux-x64', '@microsoft/mxc-sdk'])
    rmSync(join(modules, unused), { recursive: true, force: true });
  expectVersion(join(nodeBin, 'node'), [join(server, 'out/node/entry.js')], codeServer);
}

/** A folder of the cache, complete or not there: it is made beside its place and moved there when it is verified. */
function installed(name, make) {
  const folder = join(cache, name);
  const proof = join(folder, 'lb-lab.json');
  if (existsSync(proof) && JSON.parse(readFileSync(proof, 'utf8')).name === name) return folder;
  console.error(`Installing ${name} into ${cache} (once) …`);
  const making = `${folder}.${process.pid}`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  try {
    // argon2 as the newest editor has it: older ones download their binary.
    writeFileSync(join(making, 'package.json'), '{ "private": true, "overrides": { "argon2": "0.44.0" } }\n');
    make(making);
    writeFileSync(join(making, 'lb-lab.json'), `${JSON.stringify({ name })}\n`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(making, folder);
  } catch (error) {
    // Another process was as quick, and what it put there is complete.
    if (!existsSync(proof)) throw error;
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return folder;
}

function npmInstall(folder, args, nodeBin) {
  const env = { ...process.env, ...(nodeBin ? { PATH: `${nodeBin}:${process.env.PATH}` } : {}) };
  const always = ['--ignore-scripts', '--save-exact', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, error, stdout, stderr } = spawnSync('npm', ['install', ...always, ...args], {
    cwd: folder,
    env,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  if (status !== 0) throw new Error(`npm install ${args.join(' ')} failed: ${error ?? stdout + stderr}`);
}

function expectVersion(program, args, version) {
  const { stdout, stderr } = spawnSync(program, [...args, '--version'], { encoding: 'utf8' });
  if (!stdout?.includes(version))
    throw new Error(`${program} should be ${version} and says: ${stdout}${stderr}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wanted = process.argv.slice(2);
  const all = /** @type {(keyof typeof editors)[]} */ (wanted.length > 0 ? wanted : Object.keys(editors));
  for (const which of all) console.log(JSON.stringify(ensureCodeServer(which)));
}
