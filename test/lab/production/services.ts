import fc from 'fast-check';
import { schedulers } from '../../../src/forwarder/schedulers/registry.ts';
import { schedulerNames } from '../../../src/lab/topology/schema.ts';

/** Services of every model, with servers, weights, ports and what IPVS can be told of each. */
const service = fc.record({
  model: fc.constantFrom('dr', 'tun', 'dnat'),
  protocol: fc.constantFrom('tcp', 'udp'),
  scheduler: fc.constantFrom(...schedulerNames),
  flags: fc.subarray(['fallback', 'port']),
  persistence: fc.option(
    fc.record({ timeout: fc.integer({ min: 1, max: 86_400 }), prefix: fc.integer({ min: 1, max: 32 }) }),
  ),
  gue: fc.option(fc.integer({ min: 6000, max: 6100 })),
  weights: fc.array(fc.integer({ min: 0, max: 65_535 }), { minLength: 1, maxLength: 4 }),
  port: fc.integer({ min: 1, max: 5000 }),
});

/** A topology file, as JSON, in which nothing is wrong; `several` directors of everything, or one. */
export const anyServices: fc.Arbitrary<string> = fc
  .record({ services: fc.array(service, { minLength: 1, maxLength: 3 }), several: fc.boolean() })
  .map(({ services, several }) => {
    const node = (role: string, address: string) => ({ role, at: { inside: address }, gateway: 'router' });
    const servers = Object.fromEntries([1, 2, 3, 4].map((i) => [`rs${i}`, node('server', `10.0.2.1${i}`)]));
    return JSON.stringify({
      model: 'dr',
      services: Object.fromEntries(
        services.map(({ model, protocol, scheduler, flags, persistence, gue, weights, port }, index) => [
          `s${index}`,
          {
            ...{ model, protocol, scheduler, port: port + index },
            vip: `10.0.2.10${index}`,
            ...(schedulers[scheduler].hasFlags && { schedulerFlags: flags }),
            ...(persistence && {
              persistence: { timeout: `${persistence.timeout}s`, prefix: persistence.prefix },
            }),
            ...(gue !== null && model === 'tun' && { tunnel: 'gue', tunnelPort: gue }),
            ...(model === 'dnat' && { snat: false }),
            ...(several && { directors: ['lb1', 'lb2'] }),
            ...(!several && { director: 'lb1' }),
            servers: Object.fromEntries(
              weights.map((weight, at) => [
                `rs${at + 1}`,
                { weight, ...(model === 'dnat' && { port: port + 10 * at }) },
              ]),
            ),
          },
        ]),
      ),
      segments: { outside: '10.0.1.0/24', inside: { subnet: '10.0.2.0/24', mtu: 1540 } },
      nodes: {
        client: { role: 'client', at: { outside: '10.0.1.10' }, gateway: 'router' },
        router: { role: 'router', at: { outside: '10.0.1.1', inside: '10.0.2.1' } },
        lb1: node('director', '10.0.2.2'),
        ...(several && { lb2: node('director', '10.0.2.3') }),
        ...servers,
      },
    });
  });
