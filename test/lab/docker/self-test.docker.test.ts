import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { objectName } from '../../../src/lab/docker/labels.ts';
import { LabError } from '../../../src/lab/docker/lab-problem.ts';
import { removeLab } from '../../../src/lab/docker/sweep.ts';
import { parseMac } from '../../../src/packet/address.ts';
import { dockerEngine, dockerHere, type DockerHere } from './docker-here.ts';
import { planOf, stopLab } from './run-lab.ts';

/** What stands between two lines of the start has to be done without waiting: the docker CLI, and its end awaited. */
function docker(args: readonly string[], input = ''): string {
  const { status, stdout, stderr, error } = spawnSync('docker', args, { encoding: 'utf8', input });
  assert.equal(status, 0, `docker ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout.trim();
}

describe('Docker engine: the self-test at the start', function () {
  this.timeout(120_000);
  let here: DockerHere;
  before(async function () {
    here = await dockerHere(this);
  });
  after(() => here?.client.close());

  /** Starts the DR example, interferes when its containers and networks are there, and gives the error of the start. */
  async function failure(interfere: (lab: string) => void, clear: () => void): Promise<LabError> {
    const lab = dockerEngine(here, planOf('examples/dr.lblab.yaml'), () => undefined, {
      onStep: (step) => {
        if (step === 'self-test') interfere(lab.id);
      },
    });
    let error: unknown;
    try {
      await lab.start();
    } catch (reason) {
      error = reason;
    }
    if (error instanceof assert.AssertionError) throw error;
    clear();
    await stopLab(lab);
    await removeLab(here.client, lab.id);
    assert.ok(error instanceof LabError, String(error));
    return error;
  }

  /** What the router's inside interface does not send. It comes after the clients, so on the inside it is the sender. */
  const blocked = (rule: string) =>
    failure(
      (lab) => {
        const router = objectName(lab, 'router');
        const links = JSON.parse(docker(['exec', router, 'ip', '-json', 'link'])) as {
          ifname: string;
          address: string;
        }[];
        const plan = planOf('examples/dr.lblab.yaml');
        const mac = plan.nodes
          .find(({ name }) => name === 'router')!
          .interfaces.find(({ segment }) => segment === 'inside')!.mac;
        const device = links.find(({ address }) => parseMac(address) === mac)!.ifname;
        const rules = [
          'table netdev firewall {',
          ' chain out {',
          `  type filter hook egress device "${device}" priority 0; policy accept`,
          `  ${rule}`,
          ' }',
          '}',
        ].join('\n');
        docker(['exec', '-i', router, 'nft', '-f', '-'], rules);
      },
      () => undefined,
    );
  const ends = { client: '10.0.1.10', vip: '10.0.2.100' };

  it('a firewall that drops the lab’s frames is named with its segment and who did not see them', async () => {
    const { problem } = await blocked('udp dport 9 drop');
    const params = { segment: 'inside', nodes: 'director, rs1, rs2', from: ends.client, to: ends.vip };
    assert.deepEqual(problem, { code: 'frames-blocked', params });
  });

  it('one that drops replies alone, as what belongs to no connection it knows, is told apart', async () => {
    const { problem } = await blocked('tcp flags ack drop');
    const params = { segment: 'inside', nodes: 'director, rs1, rs2', from: ends.vip, to: ends.client };
    assert.deepEqual(problem, { code: 'replies-blocked', params });
  });

  it('a machine on the segment that answers for a planned address is named by its MAC', async () => {
    let stranger = '';
    let mac = '';
    const error = await failure(
      (lab) => {
        const network = ['--network', objectName(lab, 'inside')];
        const rights = ['--cap-drop', 'ALL', '--cap-add', 'NET_ADMIN', '--entrypoint', 'sleep'];
        stranger = docker(['run', '--detach', '--rm', ...network, ...rights, here.image, '60']);
        docker(['exec', stranger, 'ip', 'address', 'add', '10.0.2.11/24', 'dev', 'eth0']);
        mac = docker(['exec', stranger, 'cat', '/sys/class/net/eth0/address']);
      },
      () => void docker(['rm', '--force', stranger]),
    );
    assert.deepEqual(error.problem, {
      code: 'address-answered',
      params: { segment: 'inside', address: '10.0.2.11', mac },
    });
  });
});
