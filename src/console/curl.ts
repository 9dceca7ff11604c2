import type { Command, ConsoleNode, FetchRequest } from './command.ts';
import { targetOf } from './target.ts';

/** `curl [-i] URL`: the body, with `-i` the head too. */
export const curl: Command = async (node, args, { print }, translate) => {
  const request = requestOf(
    node,
    args.find((word) => !word.startsWith('-')),
  );
  if (!request) {
    print(translate('extension.console.curl-usage'));
    return;
  }
  const result = await node.fetch(request);
  if (!result) {
    print(translate('extension.console.not-running', { node: node.name }));
    return;
  }
  if (result.outcome !== 'answered' && result.outcome !== 'partial') {
    print(translate(`extension.console.curl.${result.outcome}`));
    return;
  }
  const split = result.response.indexOf('\r\n\r\n');
  const shown = args.includes('-i') ? result.response : result.response.slice(split + 4);
  print(shown.replaceAll('\r', '').trimEnd());
  if (result.outcome === 'partial') print(translate('extension.console.curl.partial'));
};

/** `http://HOST[:PORT][/PATH]`, the scheme may be left out. */
function requestOf(node: ConsoleNode, url: string | undefined): FetchRequest | undefined {
  const [, host, port = '80', path = '/'] =
    /^(?:http:\/\/)?([^/:]+)(?::(\d{1,5}))?(\/.*)?$/.exec(url ?? '') ?? [];
  const to = host === undefined ? undefined : targetOf(node, host);
  return to === undefined || Number(port) > 65535 ? undefined : { to, port: Number(port), path };
}
