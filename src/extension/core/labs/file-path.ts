import type { Path } from '../../../lab/topology/places.ts';
import type { Place } from '../../../lab/place.ts';

/** Where a place of the panel stands in the topology file. */
export function pathOf(place: Exclude<Place, { kind: 'line' }>): Path {
  switch (place.kind) {
    case 'node':
      return ['nodes', place.name];
    case 'segment':
      return ['segments', place.name];
    case 'service':
      return place.name === 'service' ? ['service'] : ['services', place.name];
    case 'setting':
      return place.path.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  }
}
