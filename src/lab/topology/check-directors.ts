import { formatIpv4 } from '../../packet/address.ts';
import { isPlaced, type Network, type NetworkService } from './network.ts';
import type { Path } from './places.ts';
import { movingAddresses, redundantServices, segmentOfMoving, vrrpSettings } from './plan-redundancy.ts';
import { makeProblem, type Problem } from './problem.ts';

/** Several directors of a service can stand in for each other: one group for all, and each is where the addresses are. */
export function checkDirectors(network: Network): Problem[] {
  const redundant = redundantServices(network);
  return [
    ...network.services.flatMap((service) => bothKeys(network, service)),
    ...redundant.slice(1).flatMap((service) => otherGroup(network, redundant[0]!, service)),
    ...(redundant[0] ? apart(network, redundant[0]) : []),
  ];
}

function bothKeys({ document }: Network, { name, settings, path }: NetworkService): Problem[] {
  if (settings.director === undefined || settings.directors === undefined) return [];
  return [
    makeProblem('director-and-directors', document.places.key([...path, 'director']), { service: name }),
  ];
}

function otherGroup({ document }: Network, first: NetworkService, service: NetworkService): Problem[] {
  const names = ({ directors }: NetworkService) => directors.map(({ name }) => name).join(', ');
  if (names(first) === names(service)) return [];
  const params = { service: service.name, other: first.name, directors: names(first) };
  const related = [{ range: document.places.of([...first.path, 'directors']), name: first.name }];
  return [
    makeProblem('directors-differ', document.places.of([...service.path, 'directors']), params, { related }),
  ];
}

/** Told at the address, unless a name or a segment is wrong, which is told first. */
function apart(network: Network, { directors, settings, path }: NetworkService): Problem[] {
  const { places } = network.document;
  if (!directors.every((node) => isPlaced(network, node))) return [];
  const { alsoMoves } = vrrpSettings(network);
  return movingAddresses(network).flatMap((address) => {
    const absent = directors.find((node) => segmentOfMoving(network, node, address) === undefined);
    if (!absent) return [];
    const index = alsoMoves.indexOf(address);
    const own = network.services.find((service) => service.settings.vip === address);
    const place: Path =
      index >= 0 ? ['vrrp', 'alsoMoves', index] : [...(own?.path ?? path), own ? 'vip' : 'directors'];
    const params = { address: formatIpv4(address), director: absent.name, vip: formatIpv4(settings.vip) };
    return [makeProblem('directors-apart', places.of(place), params)];
  });
}
