import type { Platform, PlatformParts } from '../platform.ts';
import { DockerChoice } from './docker-choice.ts';
import { dockerActions } from './docker-actions.ts';
import { openInWireshark } from './wireshark.ts';

/** Where Node runs: a desktop, or a remote machine. */
export function nodePlatform(parts: PlatformParts): Platform {
  return {
    isWeb: false,
    engines: new DockerChoice(parts),
    docker: dockerActions(parts),
    openInWireshark,
  };
}
