// Opens the packed extension on the DR example: in the desktop editor where there is one (with settings and extensions of
// its own, so that nobody's editor is changed), else in code-server, whose address is printed.
//   node scripts/vscode.mjs [--browser]
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { editorCall, findEditor } from './desktop-editor.mjs';
import { packageExtension } from './package.mjs';
import { root, run } from './setup.mjs';
import { startCodeServer } from './start-code-server.mjs';

const home = `${root}out/vscode`;
const folder = `${home}/lab`;
const file = `${folder}/dr.lblab.yaml`;

const vsix = await packageExtension();
mkdirSync(folder, { recursive: true });
// Someone's edits from the last time stay.
if (!existsSync(file)) copyFileSync(`${root}examples/dr.lblab.yaml`, file);

const { platform, env } = process;
const editor = process.argv.includes('--browser')
  ? undefined
  : findEditor({ platform, env, home: homedir(), exists: existsSync });
if (editor !== undefined) {
  const start = (...args) => {
    const call = editorCall(editor, { platform, env, home }, args);
    return run(call.program, call.args, call.options);
  };
  console.log(`\nOpening ${editor}\nIn the editor: F1, then "Start LB Lab (DR)".`);
  process.exit(
    start('--install-extension', vsix, '--force') || start('--new-window', folder, '--goto', file),
  );
}
const server = await startCodeServer({
  vsix: [vsix],
  settings: { 'workbench.reduceMotion': 'auto', 'workbench.tips.enabled': true },
}).catch((error) => {
  console.error(`\nNo desktop VS Code was found, and none can be opened in a browser: ${error.message}`);
  console.error(`Install VS Code and run the command again, or install the extension in yours:`);
  console.error(`Extensions, "…", Install from VSIX: ${vsix}`);
  process.exit(1);
});
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => void server.stop().then(() => process.exit(0)));
const open = JSON.stringify([['openFile', `vscode-remote://${server.address}${file}`]]);
console.log(`\nVS Code ${server.version} in a browser, until Ctrl-C. There: F1, then "Start LB Lab (DR)".`);
console.log(`http://${server.address}/?folder=${encodeURI(folder)}&payload=${encodeURIComponent(open)}`);
