import * as vscode from 'vscode';
import type { CommandId } from '../../core/ids.ts';
import type { Place } from '../../../lab/place.ts';
import { revealPlace } from '../reveal-place.ts';
import type { Workbench } from '../workbench.ts';
import { applyFile } from './apply-file.ts';
import { buildImage } from './build-image.ts';
import { cleanUp } from './clean-up.ts';
import { compareModels, exportComparison } from './compare-models.ts';
import { download } from './download.ts';
import { firstRunAgain } from './first-run-again.ts';
import { explainCaptures } from './explain-captures.ts';
import { exportCapture } from './export-capture.ts';
import { help } from './help.ts';
import { mysteryResults, nameCause, startMystery } from './mystery.ts';
import { newTopology } from './new-topology.ts';
import { openInWireshark } from './open-in-wireshark.ts';
import { openShell } from './open-shell.ts';
import { plug } from './plug.ts';
import { restartLab } from './restart-lab.ts';
import { saveCopy } from './save-copy.ts';
import { sendEntry, sendRequest } from './send-request.ts';
import { setNode } from './set-node.ts';
import { showFlow } from './show-flow.ts';
import { showProblem } from './show-problem.ts';
import { startFile } from './start-file.ts';
import { startModel } from './start-model.ts';
import { stopLab } from './stop-lab.ts';
import { stopOthers } from './stop-others.ts';
import { useDocker } from './use-docker.ts';

type Handler = (workbench: Workbench, ...args: unknown[]) => unknown;

/** What each command does. What one rejects with is shown by whoever registers it. */
export const handlers: Readonly<Record<CommandId, Handler>> = {
  'lbLab.startNat': (workbench) => startModel(workbench, 'nat'),
  'lbLab.startDnat': (workbench) => startModel(workbench, 'dnat'),
  'lbLab.startDr': (workbench) => startModel(workbench, 'dr'),
  'lbLab.startTun': (workbench) => startModel(workbench, 'tun'),
  'lbLab.start': startFile,
  'lbLab.stop': stopLab,
  'lbLab.restart': restartLab,
  'lbLab.apply': applyFile,
  'lbLab.sendRequest': sendRequest,
  'lbLab.showFlow': showFlow,
  'lbLab.openShell': openShell,
  'lbLab.compareModels': compareModels,
  'lbLab.exportComparison': exportComparison,
  'lbLab.exportCapture': exportCapture,
  'lbLab.explainCaptures': explainCaptures,
  'lbLab.openInWireshark': openInWireshark,
  'lbLab.newTopology': newTopology,
  'lbLab.saveCopy': saveCopy,
  'lbLab.cleanUp': cleanUp,
  'lbLab.showLog': ({ log }) => log.show(),
  'lbLab.help': help,
  'lbLab.useDocker': useDocker,
  'lbLab.stopNode': (workbench, argument) => setNode(workbench, argument, 'stopped'),
  'lbLab.startNode': (workbench, argument) => setNode(workbench, argument, 'running'),
  'lbLab.pauseNode': (workbench, argument) => setNode(workbench, argument, 'paused'),
  'lbLab.disconnect': (workbench, argument) => plug(workbench, argument, true),
  'lbLab.connect': (workbench, argument) => plug(workbench, argument, false),
  'lbLab.mystery': (workbench) => startMystery(workbench),
  'lbLab.nameCause': nameCause,
  'lbLab.mysteryResults': (workbench) => mysteryResults(workbench),
  'lbLab.showProblem': (_workbench, uri, line) => showProblem(uri, line),
  'lbLab.showPlace': (workbench, uri, place) =>
    revealPlace(workbench, vscode.Uri.parse(String(uri)), place as Place),
  'lbLab.sendEntry': sendEntry,
  'lbLab.download': (_workbench, file) => download(file),
  'lbLab.stopOthers': stopOthers,
  'lbLab.firstRun': firstRunAgain,
  'lbLab.openSettings': () =>
    vscode.commands.executeCommand('workbench.action.openSettings', '@ext:lb-lab.lb-lab docker'),
  'lbLab.buildImage': buildImage,
  'lbLab.manageTrust': () => vscode.commands.executeCommand('workbench.trust.manage'),
};
