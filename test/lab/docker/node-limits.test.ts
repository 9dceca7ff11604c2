import assert from 'node:assert/strict';
import type Docker from 'dockerode';
import type { Agent } from 'node:http';
import { PassThrough } from 'node:stream';
import { NodeContainer } from '../../../src/lab/docker/container.ts';
import type { EngineFacts } from '../../../src/lab/docker/docker-client.ts';
import { DockerodeClient } from '../../../src/lab/docker/dockerode-client.ts';
import { planOf } from './run-lab.ts';

const MIB = 2 ** 20;

/** What the engine is asked to create for a node of an example. */
async function created(example: string, name: string): Promise<Docker.ContainerCreateOptions> {
  let asked: Docker.ContainerCreateOptions | undefined;
  const stream = () => Object.assign(new PassThrough(), { setEncoding: () => undefined });
  const container = {
    id: 'c',
    attach: () => Promise.resolve(stream()),
    start: () => Promise.resolve(),
  };
  const docker = {
    createContainer: (options: Docker.ContainerCreateOptions) => {
      asked = options;
      return Promise.resolve(container);
    },
    getContainer: () => container,
    getNetwork: () => ({ disconnect: () => Promise.resolve() }),
    modem: { demuxStream: () => undefined },
  };
  const client = new DockerodeClient(
    docker as unknown as Docker,
    { endpoint: 'the engine' } as EngineFacts,
    {} as Agent,
  );
  const node = planOf(`examples/${example}.lblab.yaml`).nodes.find((one) => one.name === name)!;
  await NodeContainer.start(node, {
    ...{ client, image: 'node', files: Buffer.alloc(0), silenceSeconds: 60 },
    lab: { id: 'a1', name: 'dr', owner: 'me', version: '1' },
    networkOf: () => Promise.resolve(''),
  });
  return asked!;
}

describe('a container', () => {
  it('may take so much memory and so many processes, and no more', async () => {
    const limits = async (example: string, name: string) => {
      const { HostConfig: host } = await created(example, name);
      return [host?.Memory, host?.PidsLimit];
    };
    assert.deepEqual(await limits('dr', 'client1'), [1024 * MIB, 4096]);
    assert.deepEqual(await limits('dr', 'router'), [512 * MIB, 512]);
    assert.deepEqual(await limits('dr', 'rs1'), [512 * MIB, 512]);
    // With a table of a million connections.
    assert.deepEqual(await limits('dr', 'director'), [1280 * MIB, 512]);
    assert.deepEqual(await limits('nat', 'router'), [1280 * MIB, 512]);
  });

  it('has no rights but those that a node needs', async () => {
    const { HostConfig: host } = await created('dr', 'director');
    assert.deepEqual(host?.CapDrop, ['ALL']);
    assert.deepEqual(host.CapAdd, ['NET_ADMIN', 'NET_RAW', 'SETGID']);
    assert.deepEqual(host.SecurityOpt, ['no-new-privileges']);
    assert.equal(host.NetworkMode, 'none');
  });
});
