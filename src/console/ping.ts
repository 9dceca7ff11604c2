import { formatIpv4 } from '../packet/address.ts';
import type { Command } from './command.ts';
import { targetOf } from './target.ts';

const DEFAULT_COUNT = 4;
const MOST = 100;
const BETWEEN_MS = 1000;

/** `ping [-c COUNT] HOST`: a second between two, until Ctrl-C. */
export const ping: Command = async (node, args, { print, signal }, translate) => {
  const at = args.indexOf('-c');
  const count = at < 0 ? DEFAULT_COUNT : Number(args[at + 1]);
  const host = args.find((word, index) => !word.startsWith('-') && (at < 0 || index !== at + 1));
  const to = host === undefined ? undefined : targetOf(node, host);
  if (to === undefined || !(Number.isInteger(count) && count > 0 && count <= MOST)) {
    print(translate('extension.console.ping-usage'));
    return;
  }
  let heard = 0;
  let sent = 0;
  for (; sent < count && !signal.aborted; sent += 1) {
    if (sent > 0) await pause(BETWEEN_MS, signal);
    if (signal.aborted) break;
    const result = await node.ping(to);
    if (!result) {
      print(translate('extension.console.not-running', { node: node.name }));
      return;
    }
    if (result.kind === 'reply') {
      heard += 1;
      const ms = (result.timeNs / 1e6).toFixed(3);
      print(`64 bytes from ${formatIpv4(result.from)}: icmp_seq=${sent + 1} ttl=${result.ttl} time=${ms} ms`);
    } else {
      const who = 'from' in result ? `${formatIpv4(result.from)}: ` : '';
      print(`${who}icmp_seq=${sent + 1} ${translate(`extension.console.ping.${result.kind}`)}`);
    }
  }
  print(translate('extension.console.ping-sum', { sent, heard }));
};

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
