import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { clabName, type ClabTopology } from '../../../src/lab/containerlab/clab-topology.ts';
import { exportFiles } from '../../../src/lab/containerlab/export-files.ts';
import { asPlan } from '../../../src/lab/topology/plan-shape.ts';
import { loadTopology } from '../../../src/lab/topology/load.ts';
import { sharedFolder } from '../../support/shared.ts';
import { exampleFiles } from '../topology/example-files.ts';

const exported = (text: string, file: string) => {
  const { plan } = loadTopology(text, file);
  assert.ok(plan, file);
  const files = exportFiles(plan, 'lb-lab/node:0', 'for a test', (name) => `the bundle ${name}`);
  const named = new Map(files.map(({ path, content }) => [path, content]));
  const [topologyFile] = [...named.keys()];
  return { plan, named, topologyFile, topology: parse(named.get(topologyFile!)!) as ClabTopology };
};

const labs = exampleFiles().filter(({ name, text }) => loadTopology(text, name).plan);
const dr = exampleFiles().find(({ name }) => name === 'dr.lblab.yaml')!;

describe('the export for containerlab', () => {
  const schema = sharedFolder === undefined ? '' : join(sharedFolder, 'external', 'clab.schema.json');
  // An extra: the schema is containerlab's, and where it is not there nothing is held against it.
  if (existsSync(schema)) {
    const isValid = new Ajv({ strict: false }).compile(JSON.parse(readFileSync(schema, 'utf8')) as object);
    for (const { name, text } of labs) {
      it(`${name} is what containerlab's schema allows`, () => {
        const { topology } = exported(text, name);
        assert.ok(isValid(topology), JSON.stringify(isValid.errors, null, 1));
      });
    }

    it('the schema refuses what is not', () => {
      const { topology } = exported(dr.text, dr.name);
      assert.equal(isValid({ ...topology, name: '-' }), false);
      assert.equal(isValid({ ...topology, topology: { ...topology.topology, switches: {} } }), false);
    });
  }

  it('cables every interface once, to a port of its own on its segment', () => {
    for (const { name, text } of labs) {
      const { plan, topology } = exported(text, name);
      const { nodes, links } = topology.topology;
      const ends = links.flatMap(({ endpoints }) => endpoints);
      assert.equal(new Set(ends).size, ends.length, `${name}: an end is used twice`);
      assert.deepEqual(
        links.map(({ endpoints: [end] }) => end),
        plan.nodes.flatMap((node) => node.interfaces.map((_, index) => `${node.name}:eth${index + 1}`)),
      );
      for (const { endpoints } of links) {
        const [node, port] = endpoints[1].split(':');
        assert.ok(nodes[node!]!.exec!.includes(`ip link set dev ${port!} master br0 up`), endpoints[1]);
      }
      const onSegment = plan.nodes.flatMap((node) => node.interfaces.map(({ segment }) => segment));
      assert.deepEqual(
        links.map(({ endpoints }) => endpoints[1].split(':')[0]),
        onSegment.map((segment) => `segment-${segment}`),
      );
    }
  });

  it('says addresses, switches and routes of a node in commands of one line', () => {
    const { topology } = exported(dr.text, dr.name);
    const { rs1, director } = topology.topology.nodes;
    assert.deepEqual(rs1!.exec, [
      'ethtool -K eth1 tx off tso off gso off gro off',
      'ip link set dev eth1 down',
      rs1!.exec![2]!,
      'ip link set dev eth1 mtu 1500',
      'ip address add 10.0.2.11/24 broadcast + dev eth1',
      'ip link set dev eth1 up',
      'ip address add 10.0.2.100/32 dev lo',
      'ip route add default via 10.0.2.1',
      'node /opt/lb-lab/agent.cjs configure',
    ]);
    assert.match(rs1!.exec![2]!, /^ip link set dev eth1 address ([\da-f]{2}:){5}[\da-f]{2}$/);
    assert.equal(rs1!.sysctls!['net.ipv4.conf.all.arp_ignore'], '1');
    assert.equal(director!.sysctls!['net.ipv4.conf.all.arp_ignore'], '0');
  });

  it('leaves an interface down whose cable is out, with no route through it', () => {
    const { topology } = exported(
      dr.text.replace('{ inside: 10.0.2.11 }', '{ inside: { address: 10.0.2.11, down: true } }'),
      dr.name,
    );
    const commands = topology.topology.nodes['rs1']!.exec!;
    assert.equal(commands.includes('ip link set dev eth1 up'), false);
    assert.equal(
      commands.some((command) => command.startsWith('ip route')),
      false,
    );
  });

  it('binds what it writes, and nothing else', () => {
    for (const { name, text } of labs) {
      const { named, topologyFile, topology } = exported(text, name);
      const bound = Object.values(topology.topology.nodes).flatMap(({ binds = [] }) =>
        binds.map((bind) => bind.split(':')[0]!),
      );
      const written = [...named.keys()].filter((path) => path !== topologyFile);
      assert.deepEqual([...new Set(bound)].sort(), written.sort(), name);
    }
  });

  it('gives nodes a plan that they can read, without what nobody does there', () => {
    const { named } = exported(`${dr.text}\nevents:\n  - { at: 1s, stop: rs1 }\n`, dr.name);
    const plan = asPlan(JSON.parse(named.get('lb-lab/plan.json')!));
    assert.equal(plan?.nodes.length, 6);
    assert.equal(plan.events, undefined);
  });

  it('a segment is called as no node is', () => {
    const text = dr.text.replaceAll('client1', 'segment-inside');
    const { topology } = exported(text, dr.name);
    assert.equal(topology.topology.nodes['segment-inside']!.labels!['role'], 'client');
    assert.equal(topology.topology.nodes['segment-inside-2']!.labels!['role'], 'segment');
  });

  it('its name is one, whatever the file is called', () => {
    assert.equal(clabName('My lab: 第一课\n*x*'), 'my-lab-x');
    assert.equal(clabName('第一课'), 'lab');
  });
});
