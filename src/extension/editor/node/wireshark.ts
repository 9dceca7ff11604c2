import { spawn } from 'node:child_process';
import * as vscode from 'vscode';

const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  win32: ['C:\\Program Files\\Wireshark\\Wireshark.exe', 'wireshark.exe'],
  darwin: ['/Applications/Wireshark.app/Contents/MacOS/Wireshark', 'wireshark'],
};

/** False where there is no Wireshark, or the window is on another machine than the file. */
export async function openInWireshark(file: vscode.Uri): Promise<boolean> {
  if (vscode.env.remoteName !== undefined || vscode.env.uiKind === vscode.UIKind.Web) return false;
  for (const program of PROGRAMS[process.platform] ?? ['wireshark']) {
    if (await started(program, file.fsPath)) return true;
  }
  return false;
}

function started(program: string, file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, ['-r', file], { detached: true, stdio: 'ignore' });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
