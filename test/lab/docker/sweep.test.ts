import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type {
  ContainerSummary,
  DockerClient,
  NetworkSummary,
} from '../../../src/lab/docker/docker-client.ts';
import { control, giveUp } from '../../../src/lab/docker/controlled.ts';
import { LABEL } from '../../../src/lab/docker/labels.ts';
import { LabError } from '../../../src/lab/docker/lab-problem.ts';
import { refuseOverlap } from '../../../src/lab/docker/network.ts';
import { ownerOf, ownerState } from '../../../src/lab/docker/owner.ts';
import { findLabs, removeLab, sweep } from '../../../src/lab/docker/sweep.ts';
import { asIpv4 } from '../../../src/packet/address.ts';
import { planOf } from './run-lab.ts';

/** The pid of a process that has ended. */
const gone = () => ownerOf().replace(/\.\d+\..*$/, `.${spawnSync(process.execPath, ['-e', '']).pid}.1`);

class FakeEngine {
  containers: ContainerSummary[] = [];
  networks: NetworkSummary[] = [];
  /** Containers whose agent says that its lease runs. */
  readonly leased = new Set<string>();
  readonly disconnected: string[] = [];

  add(lab: string, owner: string, state: string): void {
    const labels = { [LABEL.lab]: lab, [LABEL.name]: 'dr', [LABEL.owner]: owner };
    const created = Math.floor(Date.now() / 1000) - 3600;
    this.containers.push({ id: `${lab}-c`, name: '', image: '', state, labels, created });
    this.networks.push({
      ...{ id: `${lab}-n`, name: '', driver: 'bridge', labels, subnets: [] },
      created: new Date(created * 1000).toISOString(),
    });
  }

  get client(): DockerClient {
    const matches = (labels: Readonly<Record<string, string>>, wanted: readonly string[] = []) =>
      wanted.every((label) => {
        const [key = '', value] = label.split('=');
        return key in labels && (value === undefined || labels[key] === value);
      });
    const client: Partial<DockerClient> = {
      listContainers: (wanted) =>
        Promise.resolve(this.containers.filter(({ labels }) => matches(labels, wanted))),
      listNetworks: (wanted) =>
        Promise.resolve(this.networks.filter(({ labels }) => matches(labels, wanted))),
      removeContainer: (id) => {
        this.containers = this.containers.filter((one) => one.id !== id);
        return Promise.resolve();
      },
      containersOn: () => Promise.resolve([...this.containers.map(({ id }) => id), 'a stranger']),
      disconnectNetwork: (network, container) => {
        this.disconnected.push(`${container} off ${network}`);
        return Promise.resolve();
      },
      removeNetwork: (id) => {
        this.networks = this.networks.filter((one) => one.id !== id);
        return Promise.resolve();
      },
      execute: (id) => Promise.resolve({ exitCode: this.leased.has(id) ? 0 : 1, stdout: '', stderr: '' }),
    };
    return client as DockerClient;
  }
}

describe('sweep', () => {
  it('knows a process that runs from one that ended, and from one elsewhere', () => {
    assert.equal(ownerState(ownerOf()), 'alive');
    assert.equal(ownerState(gone()), 'gone');
    assert.equal(ownerState(`${ownerOf()}0`), 'gone');
    assert.equal(ownerState('feedfeedfeed.1.1'), 'elsewhere');
    assert.equal(ownerState(''), 'elsewhere');
  });

  it('where nobody can say when a process began, its number alone makes no owner of it', () => {
    const nobodyKnows = () => undefined;
    const own = ownerOf(nobodyKnows);
    assert.equal(ownerState(own, nobodyKnows), 'alive');
    // An earlier process had this one's number.
    for (const start of ['0', '1', `${own.split('.')[2]}0`])
      assert.equal(ownerState(own.replace(/[^.]*$/, start), nobodyKnows), 'gone');
    // Another process, that runs, has the number of the owner.
    const other = own.replace(/\.\d+\.\d+$/, `.${process.ppid}.0`);
    assert.equal(ownerState(other, nobodyKnows), 'unknown');
    assert.equal(ownerState(other.replace(/\.0$/, '.77'), nobodyKnows), 'unknown');
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    assert.equal(ownerState(own.replace(/\.\d+\.\d+$/, `.${dead}.0`), nobodyKnows), 'gone');
  });

  it('a label that no lab of ours has is no lab', async () => {
    const engine = new FakeEngine();
    for (const id of ['', 'a b', '../x', 'a=b', '\u001b[2J', 'x'.repeat(65)])
      engine.add(id, gone(), 'exited');
    engine.add('0a1b2c3d', gone(), 'exited');
    assert.deepEqual(
      (await findLabs(engine.client)).map(({ id }) => id),
      ['0a1b2c3d'],
    );
    await sweep(engine.client);
    assert.equal(engine.containers.length, 6);
  });

  it('a network that the engine does not let go of, with nobody on it, is told as what it is', async () => {
    const engine = new FakeEngine();
    engine.add('stuck', gone(), 'exited');
    const active = new Error('has active endpoints');
    const client = {
      ...engine.client,
      removeNetwork: () => Promise.reject(active),
      containersOn: () => Promise.resolve([]),
    };
    await assert.rejects(removeLab(client, 'stuck', 1), (error) => {
      assert.ok(error instanceof LabError);
      assert.equal(error.problem.code, 'network-stuck');
      return true;
    });
    // Somebody is on it: that is no fault of the engine.
    const shared = { ...client, containersOn: () => Promise.resolve(['a stranger']) };
    await assert.rejects(removeLab(shared, 'stuck', 1), active);
  });

  it('takes the other labs too when one cannot be removed', async () => {
    const engine = new FakeEngine();
    engine.add('stuck', gone(), 'exited');
    engine.add('dead', gone(), 'exited');
    // Only its network is left.
    engine.containers = engine.containers.filter(({ id }) => id !== 'stuck-c');
    const { client } = engine;
    const active = new Error('has active endpoints');
    const removeNetwork = (id: string) =>
      id === 'stuck-n' ? Promise.reject(active) : client.removeNetwork(id);
    await assert.rejects(sweep({ ...client, removeNetwork }), active);
    assert.deepEqual(
      engine.networks.map(({ id }) => id),
      ['stuck-n'],
    );
  });

  it('takes a lab’s own containers off its networks before it removes them, and nobody else', async () => {
    const engine = new FakeEngine();
    engine.add('mine', ownerOf(), 'running');
    engine.add('other', ownerOf(), 'running');
    await removeLab(engine.client, 'mine');
    assert.deepEqual(engine.disconnected, ['mine-c off mine-n']);
    assert.deepEqual(
      engine.containers.map(({ id }) => id),
      ['other-c'],
    );
  });

  it('takes what nobody holds, and nothing else', async () => {
    const engine = new FakeEngine();
    engine.add('alive', ownerOf(), 'running');
    control('alive');
    engine.add('left-here', ownerOf(), 'exited');
    engine.add('dead-created', gone(), 'created');
    engine.add('dead-running', gone(), 'running');
    engine.add('dead-leased', gone(), 'running');
    engine.leased.add('dead-leased-c');
    engine.add('far-running', 'feedfeedfeed.1.1', 'running');
    engine.add('far-exited', 'feedfeedfeed.1.1', 'exited');
    engine.networks.push({
      ...{ id: 'foreign', name: 'foreign', driver: 'bridge', labels: {}, subnets: [] },
      created: '2020-01-01T00:00:00Z',
    });
    const swept = await sweep(engine.client);
    assert.deepEqual(swept.map(({ id }) => id).sort(), [
      'dead-created',
      'dead-running',
      'far-exited',
      'left-here',
    ]);
    assert.deepEqual(
      (await findLabs(engine.client)).map(({ id }) => id),
      ['alive', 'dead-leased', 'far-running'],
    );
    assert.ok(engine.networks.some(({ id }) => id === 'foreign'));
    giveUp('alive');
  });

  it('refuses a lab inside a Docker network', async () => {
    const engine = new FakeEngine();
    const plan = planOf('examples/dr.lblab.yaml');
    const network = (subnet: string): NetworkSummary => ({
      ...{ id: 'n', name: 'office', driver: 'bridge', labels: {}, subnets: [subnet] },
      created: '',
    });
    engine.networks = [network('10.1.0.0/16')];
    await refuseOverlap(engine.client, plan);
    for (const subnet of ['10.0.0.0/16', '10.0.2.96/28', '0.0.0.0/0']) {
      engine.networks = [network(subnet)];
      await assert.rejects(refuseOverlap(engine.client, plan), (error) => {
        assert.ok(error instanceof LabError);
        assert.equal(error.problem.code, 'address-overlap');
        assert.equal(error.problem.params['network'], 'office');
        return true;
      });
    }
    const elsewhere = {
      ...plan,
      services: plan.services.map((service) => ({ ...service, vip: asIpv4(0x0a090909) })),
    };
    engine.networks = [network('10.0.0.0/16')];
    // What runs already was looked at when it was new.
    await refuseOverlap(engine.client, plan, plan);
    engine.networks.push(network('10.9.0.0/16'));
    await assert.rejects(refuseOverlap(engine.client, elsewhere, plan), (error) => {
      assert.ok(error instanceof LabError);
      assert.deepEqual(
        [error.problem.params['name'], error.problem.params['subnet']],
        ['service', '10.9.0.0/16'],
      );
      return true;
    });
  });
});
