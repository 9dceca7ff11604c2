import { DockerError } from '../../../lab/docker/docker-problem.ts';
import { LabError } from '../../../lab/docker/lab-problem.ts';
import { Cancelled, LabFailure } from '../../core/labs/lab-failure.ts';
import type { PlatformParts } from '../platform.ts';

/** What people can read and act upon; anything else is a fault of ours and stays as it is. */
export function asLabFailure(error: unknown, { translate }: Pick<PlatformParts, 'translate'>): unknown {
  const options = { cause: error };
  if (error instanceof DockerError) {
    const { code, params } = error.problem;
    if (code === 'build-cancelled') return new Cancelled();
    const remedy = { text: translate('extension.docker-settings'), command: 'lbLab.openSettings' } as const;
    return new LabFailure(translate(`docker.problem.${code}`, params), remedy, options);
  }
  if (error instanceof LabError) {
    const { code, params } = error.problem;
    if (code === 'stopped') return new Cancelled();
    return new LabFailure(translate(`docker.lab.${code}`, params), showLog(translate), options);
  }
  return error;
}

function showLog(translate: PlatformParts['translate']) {
  return { text: translate('extension.show-log'), command: 'lbLab.showLog' } as const;
}
