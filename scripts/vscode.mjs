// Opens the packed extension on the DR example: in the desktop editor when `code` is on the PATH (with settings and
// extensions of its own, so that nobody's editor is changed), else in code-server, whose address is printed.
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { packageExtension } from './package.mjs';
import { has, root, run } from './setup.mjs';
import { startCodeServer } from './start-code-server.mjs';

const home = `${root}out/vscode`;
const folder = `${home}/lab`;
const file = `${folder}/dr.lblab.yaml`;

const vsix = await packageExtension();
mkdirSync(folder, { recursive: true });
// Someone's edits from the last time stay.
if (!existsSync(file)) copyFileSync(`${root}examples/dr.lblab.yaml`, file);
console.log('\nIn the editor: F1, then "Start LB Lab (DR)".');
if (has('code') && !process.argv.includes('--browser')) {
  const own = ['--user-data-dir', `${home}/data`, '--extensions-dir', `${home}/extensions`];
  const shell = process.platform === 'win32';
  const code = run('code', [...own, '--install-extension', vsix, '--force'], { shell });
  process.exit(code || run('code', [...own, '--new-window', folder, '--goto', file], { shell }));
}
const server = await startCodeServer({
  vsix: [vsix],
  settings: { 'workbench.reduceMotion': 'auto', 'workbench.tips.enabled': true },
});
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => void server.stop().then(() => process.exit(0)));
const open = JSON.stringify([['openFile', `vscode-remote://${server.address}${file}`]]);
console.log(`VS Code ${server.version} in a browser, until Ctrl-C:`);
console.log(`http://${server.address}/?folder=${encodeURI(folder)}&payload=${encodeURIComponent(open)}`);
