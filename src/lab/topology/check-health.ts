import { models } from '../../models/models.ts';
import type { Network, NetworkService } from './network.ts';
import type { Plan } from './plan.ts';
import { makeProblem, type Problem } from './problem.ts';

const probes = ['http', 'tcp', 'ping'] as const;

/** A check has one probe, and a sorry server is none of those it stands in for. */
export function checkHealth(network: Network): Problem[] {
  const { places } = network.document;
  return network.services.flatMap(({ name, settings, servers, path }) => {
    const { check, sorry } = settings;
    const problems: Problem[] = [];
    const named = check ? probes.filter((probe) => check[probe] !== undefined) : [];
    if (check && named.length !== 1) {
      const place =
        named[1] === undefined ? places.key([...path, 'check']) : places.key([...path, 'check', named[1]]);
      problems.push(makeProblem('check-one-probe', place, { service: name, probes: probes.join(', ') }));
    }
    const listed = servers.find((server) => server.name === sorry);
    if (sorry !== undefined && listed) {
      const related = [{ range: places.of(listed.path), name: sorry }];
      problems.push(
        makeProblem(
          'sorry-is-server',
          places.of([...path, 'sorry']),
          { server: sorry, service: name },
          { related },
        ),
      );
    }
    return problems;
  });
}

/** What no server answers, and what no number of servers reaches. */
export function healthMistakes(network: Network, plan: Plan): Problem[] {
  return network.services.flatMap((service) => [
    ...useless(network, service),
    ...quorumTooHigh(network, service),
    ...unanswered(network, service, plan),
  ]);
}

function useless({ document: { places } }: Network, { name, settings, path }: NetworkService): Problem[] {
  const { check, sorry } = settings;
  const ignored = [
    ...(check ? [] : [['sorry'], ['quorum']]),
    ...(check && sorry === undefined ? [['quorum']] : []),
    ...(check && check.http === undefined ? [['check', 'status']] : []),
  ];
  return ignored
    .map((keys) => [...path, ...keys])
    .filter((place) => places.has(place))
    .map((place) => makeProblem('no-effect', places.key(place), { key: String(place.at(-1)), name }));
}

/** Then the sorry server serves from the start, and for ever. */
function quorumTooHigh(
  { document: { places } }: Network,
  { name, settings, servers, path }: NetworkService,
): Problem[] {
  const { check, sorry, quorum } = settings;
  const most = servers.reduce((sum, { weight }) => sum + weight, 0);
  if (!check || sorry === undefined || quorum <= most) return [];
  return [
    makeProblem('quorum-too-high', places.of([...path, 'quorum']), { service: name, quorum, most, sorry }),
  ];
}

/** TCP services have been told of servers that do not listen; servers of a UDP service may not listen to TCP at all. */
function unanswered(
  { document: { places } }: Network,
  { name, model, settings, servers, path }: NetworkService,
  plan: Plan,
): Problem[] {
  const { check, protocol } = settings;
  if (!check || check.ping || protocol === 'tcp') return [];
  const deaf = servers.filter((server) => {
    const port = models[model].translates ? server.port : settings.port;
    return !plan.nodes.find((node) => node.name === server.name)?.listen.includes(port);
  });
  if (deaf.length === 0) return [];
  const params = {
    service: name,
    servers: deaf.map((server) => server.name).join(', '),
    port: settings.port,
  };
  return [
    makeProblem('check-unanswered', places.key([...path, 'check', check.http ? 'http' : 'tcp']), params),
  ];
}
