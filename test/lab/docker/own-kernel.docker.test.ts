import assert from 'node:assert/strict';
import type { HostEvent } from '../../../src/lab/events.ts';
import { formatIpv4 } from '../../../src/packet/address.ts';
import { drText } from '../../journey/plans.ts';
import { planOf } from '../embedded/testbed.ts';
import { dockerEngine, dockerHere, type DockerHere } from './docker-here.ts';
import { runEmbedded, runToEnd } from './run-lab.ts';

const withTraffic = (text: string, more: string) => `${text}\ntraffic: [{ from: client, count: 1${more} }]\n`;
const noGateway = drText.replace('10.0.1.10 }, gateway: router', '10.0.1.10 }');
const silentGateway = drText.replace('10.0.1.10 }, gateway: router', '10.0.1.10 }, gateway: 10.0.1.254');
const noWayBack = drText
  .replace('servers: [rs1, rs2]', 'servers: [rs1]')
  .replace('10.0.2.11 }, gateway: router', '10.0.2.11 }');
assert.ok(![noGateway, silentGateway, noWayBack].includes(drText));

/** What the client's kernel tells, by the request; nothing where frames alone tell. */
const situations: Readonly<Record<string, { readonly text: string; readonly told: string }>> = {
  'no way, over TCP': { text: withTraffic(noGateway, ''), told: 'client no-route 10.0.2.100' },
  'no way, by ping': {
    text: withTraffic(noGateway, ', protocol: icmp'),
    told: 'client no-route 10.0.2.100',
  },
  'no way, by datagram': {
    text: withTraffic(noGateway.replace('port: 80', 'port: 80, protocol: udp'), ', protocol: udp'),
    told: 'client no-route 10.0.2.100',
  },
  'nobody answers for the gateway': {
    text: withTraffic(silentGateway, ', timeout: 5s'),
    told: 'client.outside neighbour-unreachable 10.0.2.100 next 10.0.1.254',
  },
  'the client asks itself': {
    text: withTraffic(drText, ', to: 10.0.1.10'),
    told: 'client port-unreachable 10.0.1.10',
  },
  'the server knows no way back': { text: withTraffic(noWayBack, ''), told: '' },
};

function describeTold({ node, segment, reason, packet, nextHop }: HostEvent): string {
  const where = segment === undefined ? node : `${node}.${segment}`;
  const next = nextHop === undefined ? '' : ` next ${formatIpv4(nextHop)}`;
  return `${where} ${reason} ${formatIpv4(packet!.destination)}${next}`;
}

describe('Docker engine: what a kernel says of a packet that became no frame', function () {
  this.timeout(120_000);
  let here: DockerHere;
  before(async function () {
    here = await dockerHere(this);
  });
  after(() => here?.client.close());

  for (const [name, { text, told }] of Object.entries(situations))
    it(`${name}: the cause is the one that the embedded engine tells`, async () => {
      const plan = planOf(text);
      const docker = await runToEnd(plan, (emit) => dockerEngine(here, plan, emit));
      const embedded = await runEmbedded(plan);
      assert.equal(
        docker.events.flatMap((event) => (event.kind === 'host' ? [describeTold(event)] : [])).join(),
        told,
      );
      const causes = ({ report }: typeof docker) =>
        report.explanations.map(({ code, setting, text: words }) => [code, setting, words]);
      assert.equal(docker.report.explanations.length, 1);
      assert.deepEqual(causes(docker), causes(embedded));
      assert.equal(docker.report.requests[0]!.outcome, embedded.report.requests[0]!.outcome);
    });
});
