import * as vscode from 'vscode';
import type { LabSession } from '../core/labs/lab-session.ts';
import { tellTheEnd } from './commands/mystery.ts';
import type { Workbench } from './workbench.ts';

/** Each edited version of a mystery's file is run to its end, beside the lab, and held against what the mystery asks. */
export function watchMysteries(workbench: Workbench): vscode.Disposable {
  const { labs, mysteries, messages, translate } = workbench;
  const judged = new WeakMap<LabSession, string>();

  const judge = async (session: LabSession) => {
    const { uri, version, mystery } = session;
    if (!mystery || mystery.isOver || judged.get(session) === version.text) return;
    judged.set(session, version.text);
    const { mystery: asked } = mystery;
    const { isAsGiven, shortfalls } = await import('../../mystery/judge.ts');
    // Nothing was tried yet.
    if (isAsGiven(asked, version.document.written)) return;
    const lacks = await shortfalls(asked, session.runningPlan, translate);
    // Somebody was quicker, with another version or an answer.
    if (session.version !== version || mystery.isOver) return;
    mysteries.attempted(uri, lacks.length === 0);
    if (lacks.length > 0) return;
    await tellTheEnd(workbench, session, translate('mystery.mended'));
  };

  return vscode.Disposable.from(
    labs.onDidChange(({ session, news }) => {
      if (news === 'plan') void messages.attempt(() => judge(session));
    }),
  );
}
