import * as vscode from 'vscode';
import { LabFailure } from '../../core/labs/lab-failure.ts';
import type { LabSession } from '../../core/labs/lab-session.ts';
import { levels, type Cause, type Level } from '../../../mystery/faults.ts';
import { mysteryFile } from '../../../mystery/mystery-file.ts';
import { MOST_SEED, mysteryOf } from '../../../mystery/mystery.ts';
import { askFor, pick, showMessage } from '../editor-ui.ts';
import type { Workbench } from '../workbench.ts';
import { openTopology } from './open-topology.ts';
import { labTarget } from './targets.ts';

/** Of no seed in particular. */
const ANY = 10_000;

/** `Mystery`: a new file that is sound, and its lab, in which something is wrong. */
export async function startMystery(workbench: Workbench): Promise<void> {
  const { files, mysteries, runner, translate } = workbench;
  const level = await askLevel(workbench);
  if (level === undefined) return;
  const seed = await askSeed(workbench);
  if (seed === undefined) return;
  const mystery = mysteryOf({ level, seed });
  const uri = await files.createWith(mystery.file, mysteryFile(mystery, translate));
  mysteries.begin(uri.toString(), mystery);
  await openTopology(uri);
  await runner.start(uri);
}

/** `Name the Cause`: from a list that typing narrows; at its end, to give up. */
export async function nameCause(workbench: Workbench, argument: unknown): Promise<void> {
  const { translate, messages, mysteries } = workbench;
  const session = await mysteryTarget(workbench, argument);
  if (!session) return;
  const { causesLike } = await import('../../../mystery/causes.ts');
  const picks: { label: string; description?: string; cause?: Cause }[] = [
    ...causesLike('', translate).map(({ cause, text }) => ({ label: text, description: cause, cause })),
    { label: translate('mystery.give-up') },
  ];
  const picked = await pick(picks, translate('mystery.which-cause'));
  // It may have been mended meanwhile.
  if (!picked || session.mystery?.isOver) return;
  const { cause, label } = picked;
  if (cause === undefined) {
    mysteries.giveUp(session.uri);
    await tellTheEnd(workbench, session, '');
  } else if (mysteries.answer(session.uri, cause))
    await tellTheEnd(workbench, session, translate('mystery.right', { cause: label }));
  else messages.hint(translate('mystery.wrong', { cause: label }), nameIt(workbench, session));
}

/** `Mystery Results`: all of this workspace, as JSON for a class. */
export async function mysteryResults({ mysteries }: Workbench): Promise<void> {
  const content = `${JSON.stringify(mysteries.results(), undefined, 2)}\n`;
  await vscode.window.showTextDocument(
    await vscode.workspace.openTextDocument({ language: 'json', content }),
  );
}

/** What was hidden, and how it is explained; then the lab runs on, open. */
export async function tellTheEnd(workbench: Workbench, session: LabSession, how: string): Promise<void> {
  const { translate, runner, messages } = workbench;
  const { mystery } = session;
  if (!mystery) return;
  const { revealed } = await import('../../../mystery/judge.ts');
  const { hidden, explanations } = await revealed(mystery.mystery, translate);
  const text = [
    how,
    ...hidden.map((one) => `${translate('mystery.was', one)}.`),
    ...explanations.map((one) => one.text),
  ];
  const buttons = [translate('mystery.result'), translate('mystery.again')] as const;
  // Others do not wait for the answer.
  void showMessage('information', text.filter(Boolean).join(' '), ...buttons).then((button) =>
    messages.attempt(async () => {
      if (button === buttons[0]) await mysteryResults(workbench);
      if (button === buttons[1]) await startMystery(workbench);
    }),
  );
  if (session.run.isRunning) await runner.restart(vscode.Uri.parse(session.uri));
}

async function mysteryTarget(workbench: Workbench, argument: unknown): Promise<LabSession | undefined> {
  const { labs, translate } = workbench;
  const isOpen = ({ mystery }: LabSession) => mystery !== undefined && !mystery.isOver;
  if (!labs.all().some(isOpen))
    throw new LabFailure(translate('mystery.none'), {
      text: translate('mystery.start'),
      command: 'lbLab.mystery',
    });
  return labTarget(workbench, argument, isOpen);
}

function nameIt({ translate }: Workbench, { uri }: LabSession) {
  return { text: translate('panel.mystery.name'), command: 'lbLab.nameCause', arguments: [uri] } as const;
}

async function askLevel({ translate }: Workbench): Promise<Level | undefined> {
  const picks = levels.map((level) => ({
    label: translate(`mystery.level.${level}`),
    description: translate(`mystery.level.${level}.what`),
    level,
  }));
  return (await pick(picks, translate('mystery.which-level')))?.level;
}

/** Any when nothing was typed; undefined when somebody thought better of it. */
async function askSeed({ translate }: Workbench): Promise<number | undefined> {
  const isSeed = (text: string) => /^\d{0,10}$/.test(text.trim()) && Number(text) <= MOST_SEED;
  const text = await askFor(translate('mystery.which-seed'), (typed) =>
    isSeed(typed) ? undefined : translate('mystery.seed-wrong', { most: MOST_SEED }),
  );
  if (text === undefined) return undefined;
  return text.trim() === '' ? Math.floor(Math.random() * ANY) : Number(text);
}
