import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { exportContainerlab } from '../../../src/cli/export-containerlab.ts';
import { runCommand } from '../../support/cli-in-process.ts';
import { temporaryFolder } from '../../support/lb-lab.ts';
import { dockerHere, root } from '../docker/docker-here.ts';
import { DeployedLab, type Ran } from './deploy.ts';

interface Told {
  readonly outcome: string;
  readonly from: string;
  readonly bytes?: number;
}

const TRAFFIC = 'node /opt/lb-lab/agent.cjs traffic';
const told = ({ output }: Ran) =>
  output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Told);

describe('a lab on Docker from an export alone', function () {
  this.timeout(300_000);
  before(async function () {
    const { client } = await dockerHere(this);
    client.close();
  });
  const folder = temporaryFolder();
  after(() => folder.remove());
  let lab: DeployedLab | undefined;
  afterEach(async () => {
    await lab?.destroy();
    lab = undefined;
  });

  async function deploy(file: string, name: string): Promise<DeployedLab> {
    const out = folder.path(name);
    const { code, err } = await runCommand(exportContainerlab, [file, '--out', out]);
    assert.equal(code, 0, err);
    return (lab = await DeployedLab.deploy(out));
  }

  const examples = [
    ['nat', { pc1: 3, pc2: 3 }],
    ['dnat', { client1: 4, client2: 2 }],
    ['dr', { client1: 4, client2: 2 }],
    ['tun', { client1: 4, client2: 2 }],
  ] as const;
  for (const [name, requests] of examples) {
    it(`${name}: every request is answered`, async () => {
      const deployed = await deploy(`${root}examples/${name}.lblab.yaml`, name);
      const clients = Object.entries(requests);
      const ran = await Promise.all(clients.map(([client]) => deployed.run(client, TRAFFIC)));
      for (const [index, [client, count]] of clients.entries()) {
        const ends = told(ran[index]!);
        assert.deepEqual(
          ends.map(({ from, outcome }) => [from, outcome]),
          Array.from({ length: count }, () => [client, 'answered']),
        );
        assert.equal(ran[index]!.code, 0);
      }
    });
  }

  it('datagrams through GUE are answered', async () => {
    const text = readFileSync(`${root}examples/tun.lblab.yaml`, 'utf8')
      .replace('scheduler: rr', 'scheduler: rr\n  protocol: udp\n  tunnel: gue')
      .replaceAll('mtu: 1520', 'mtu: 1560');
    const file = folder.path('gue.lblab.yaml');
    writeFileSync(file, text);
    const deployed = await deploy(file, 'gue');
    const ran = await deployed.run('client1', TRAFFIC);
    assert.deepEqual(
      told(ran).map(({ outcome }) => outcome),
      ['answered', 'answered', 'answered', 'answered'],
    );
  });

  it('what is wrong in the file is wrong there: without the VIP on a server its requests fail', async () => {
    const deployed = await deploy(`${root}examples/lessons/vip-missing.lblab.yaml`, 'vip-missing');
    const ran = await deployed.run('client', TRAFFIC);
    const outcomes = new Set(told(ran).map(({ outcome }) => outcome));
    assert.ok(outcomes.has('answered') && outcomes.size > 1, [...outcomes].join());
    assert.equal(ran.code, 1);
  });

  it('a node without its cable says so', async () => {
    const deployed = await deploy(`${root}examples/dr.lblab.yaml`, 'changed');
    await deployed.run('rs1', 'ip link del dev eth1');
    const { code, output } = await deployed.run('rs1', 'node /opt/lb-lab/agent.cjs configure');
    assert.equal(code, 1);
    assert.match(output, /"error":"no interface with the MAC .* for the segment inside"/);
  });
});
