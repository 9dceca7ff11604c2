import assert from 'node:assert/strict';
import { inferCaptures } from '../../../src/captures/infer-captures.ts';
import { draftText } from '../../../src/captures/inference/draft.ts';
import type { CaptureSource } from '../../../src/captures/source.ts';
import { loadTopology } from '../../../src/lab/topology/load.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { asMac, formatIpv4 } from '../../../src/packet/address.ts';
import { setU32, u32 } from '../../../src/packet/bytes.ts';
import { byNode, capturedOf, cooked, only, type Captured } from '../captured.ts';

const examples = ['dr', 'tun', 'dnat', 'dnat-plain', 'nat', 'lessons/gue-no-decapsulator'] as const;

/** As plain tcpdump would have it: no names, no MAC addresses, no directions. */
function nameless({ name, capture }: CaptureSource): CaptureSource {
  return {
    name,
    capture: {
      ...capture,
      interfaces: capture.interfaces.map(() => ({ linkType: 1, snapLength: 0, name: '' })),
      records: capture.records.map(({ interface: index, timeNs, bytes, originalLength }) => ({
        ...{ interface: index, timeNs, bytes, originalLength },
        comments: [],
      })),
    },
  };
}

const of = (sources: readonly CaptureSource[], names: RegExp): CaptureSource[] =>
  sources.filter(({ name }) => names.test(name));

function draftOf(sources: readonly CaptureSource[]): { readonly text: string; readonly plan: Plan } {
  const { draft } = inferCaptures(sources);
  assert.ok(draft);
  const text = draftText(draft, ({ key }) => key);
  const { plan, problems } = loadTopology(text, 'draft.lblab.yaml');
  assert.ok(plan, `${JSON.stringify(problems)}\n${text}`);
  return { text, plan };
}

const serversOf = ({ services }: Plan): string[] =>
  services
    .flatMap(({ servers }) => servers.map(({ address, port }) => `${formatIpv4(address)}:${port}`))
    .sort();
const macsOf = ({ nodes }: Plan): string[] =>
  nodes.flatMap(({ role, interfaces }) => interfaces.map(({ mac }) => `${role} ${mac}`)).sort();

describe('what frames tell of a network', () => {
  const captured = new Map<string, Captured & { readonly sources: readonly CaptureSource[] }>();
  before(async () => {
    for (const example of examples) {
      const one = await capturedOf(example);
      captured.set(example, { ...one, sources: byNode(one) });
    }
  });

  for (const example of examples) {
    for (const [kind, make] of [
      ['named', (one: CaptureSource) => one],
      ['nameless', nameless],
    ] as const) {
      it(`${example}, ${kind}: the model, the servers and a draft that loads, from all hosts`, () => {
        const { plan, sources } = captured.get(example)!;
        const files = sources.map(make);
        const [service] = inferCaptures(files).services;
        assert.deepEqual(service!.fits, [plan.model]);
        const drawn = draftOf(files).plan;
        assert.equal(drawn.model, plan.model);
        const settings = (one: Plan) =>
          one.services.map(({ vip, port, snat, tunnel }) => ({ vip, port, snat, tunnel }));
        assert.deepEqual(settings(drawn), settings(plan));
        assert.deepEqual(serversOf(drawn), serversOf(plan));
        // Whoever sent a frame is who it was.
        assert.deepEqual(macsOf(drawn), macsOf(plan));
      });

      it(`${example}, ${kind}: the same from the forwarder alone`, () => {
        const { plan, sources } = captured.get(example)!;
        const files = of(sources, plan.model === 'nat' ? /^router/ : /^director/).map(make);
        const drawn = draftOf(files).plan;
        assert.equal(drawn.model, plan.model);
        const counts = (one: Plan) => one.services.map(({ vip, servers }) => [vip, servers.length]);
        assert.deepEqual(counts(drawn), counts(plan));
      });

      it(`${example}, ${kind}: and from clients and servers, without the forwarder`, () => {
        const { plan, sources } = captured.get(example)!;
        const drawn = draftOf(of(sources, /^(client1|pc1|rs|web)/).map(make)).plan;
        assert.equal(drawn.model, plan.model);
      });
    }
  }

  for (const example of ['dr', 'tun', 'dnat'] as const)
    for (const node of ['director', 'router'] as const)
      it(`${example}: whoever answers for a virtual router, ${node}, is one machine, with a MAC address of its own`, () => {
        const { plan, sources } = captured.get(example)!;
        const own = plan.nodes.find(({ name }) => name === node)!.interfaces;
        const virtual = own.map((_, index) => asMac(0x0000_5e00_0133 + index));
        const bytesOf = (mac: number) =>
          Array.from({ length: 6 }, (_, at) => Math.floor(mac / 2 ** (8 * (5 - at))) % 256);
        // Others send to the virtual one; it sends from its own.
        const files = sources.map(nameless).map((one) => ({
          ...one,
          capture: {
            ...one.capture,
            records: one.capture.records.map((record) => {
              const bytes = record.bytes.slice();
              const to = bytes.subarray(0, 6).reduce((sum, byte) => sum * 256 + byte, 0);
              const at = own.findIndex(({ mac }) => mac === to);
              if (at >= 0) bytes.set(bytesOf(virtual[at]!), 0);
              return { ...record, bytes };
            }),
          },
        }));
        for (const some of [/^director/, /^(client1|pc1|rs|web)/, /^router/])
          assert.ok(inferCaptures(of(files, some)).services.length > 0);
        const drawn = draftOf(files).plan;
        assert.equal(drawn.model, plan.model);
        // Where both directions pass it by different MAC addresses alone, frames do not say that it is one machine.
        if (node === 'router' || example === 'dnat') return;
        assert.deepEqual(serversOf(drawn), serversOf(plan));
        assert.deepEqual(macsOf(drawn), macsOf(plan));
      });

  it('one host that sees one link says that nothing balances, and draws nothing', () => {
    const { services, draft } = inferCaptures(of(captured.get('dnat')!.sources, /^rs1/));
    assert.deepEqual(
      services.map(({ fits, evidence }) => ({ fits, evidence })),
      [{ fits: ['router'], evidence: 'one-link' }],
    );
    assert.equal(draft, undefined);
  });

  it('where the destination of what left was not recorded, it does not say that nothing left', () => {
    const interfaces = [{ linkType: 276, snapLength: 0, name: 'any' }];
    const record = only(captured.get('dr')!.capture, ['director.inside'], (one) => cooked(276, one));
    const { services } = inferCaptures([{ name: 'any.pcap', capture: { ...record, interfaces } }]);
    assert.deepEqual(
      services.map(({ fits, evidence }) => ({ fits, evidence })),
      [{ fits: ['router', 'dr'], evidence: 'destination-unknown' }],
    );
  });

  it('dr with one server, seen at the director without ARP, looks like a router: both are named', () => {
    const { plan, sources } = captured.get('dr')!;
    const [director] = of(sources, /^director/);
    const { capture } = director!;
    const rs1 = plan.nodes.find(({ name }) => name === 'rs1')!.interfaces[0]!.mac;
    const toMac = (bytes: Uint8Array): number =>
      bytes.subarray(0, 6).reduce((sum, byte) => sum * 256 + byte, 0);
    // The IP id, and the ports and numbers of TCP.
    const packetOf = (bytes: Uint8Array): string =>
      `${bytes.subarray(18, 20).join()} ${bytes.subarray(34, 46).join()}`;
    const isIpv4 = (bytes: Uint8Array): boolean => bytes[13] === 0;
    const toRs1 = new Set(
      capture.records.filter(({ bytes }) => toMac(bytes) === rs1).map(({ bytes }) => packetOf(bytes)),
    );
    const records = capture.records.filter(({ bytes }) => isIpv4(bytes) && toRs1.has(packetOf(bytes)));
    const one = [{ ...director!, capture: { ...capture, records } }];
    assert.deepEqual(inferCaptures(one).services[0]!.fits, ['router', 'dr']);
    assert.match(draftOf(one).text, /captures\.draft\.ambiguous/);
  });

  it('a machine with sequence numbers of its own looks like a proxy: both are named, and the draft says so', () => {
    const [director] = of(captured.get('dnat')!.sources, /^director/);
    const { capture } = director!;
    const inside = capture.interfaces.findIndex(({ name }) => name === 'director.inside');
    const records = capture.records.map((record) => {
      if (record.interface !== inside || record.bytes[13] !== 0 || record.bytes[23] !== 6) return record;
      const bytes = record.bytes.slice();
      // What the director adds to the client's numbers, and takes from what acknowledges them.
      const isOut = record.direction === 'out';
      const at = isOut ? 38 : 42;
      setU32(bytes, at, (u32(bytes, at) + (isOut ? 77_777 : -77_777)) >>> 0);
      return { ...record, bytes };
    });
    const sources = [{ ...director!, capture: { ...capture, records } }];
    const { services } = inferCaptures(sources);
    assert.deepEqual(
      services.map(({ fits, evidence, port }) => ({ fits, evidence, port })),
      [{ fits: ['proxy', 'dnat'], evidence: 'own-connections', port: 80 }],
    );
    assert.deepEqual(
      services[0]!.servers.map(({ address, port }) => `${formatIpv4(address!)}:${port}`).sort(),
      serversOf(captured.get('dnat')!.plan),
    );
    const { text, plan } = draftOf(sources);
    assert.match(text, /captures\.draft\.ambiguous/);
    assert.equal(plan.model, 'dnat');
  });

  it('who has an address of its own and takes what is for others is taken for a router, with a remark', () => {
    const [director] = of(captured.get('tun')!.sources, /^director/);
    const isArp = (bytes: Uint8Array): boolean => bytes[12] === 8 && bytes[13] === 6;
    const isWrapped = (bytes: Uint8Array): boolean => bytes[13] === 0 && bytes[23] === 4;
    const records = director!.capture.records.filter(({ bytes }) => isArp(bytes) || isWrapped(bytes));
    const { text } = draftOf([{ ...director!, capture: { ...director!.capture, records } }]);
    assert.match(text, /# captures\.draft\.router-assumed\n(?: {2}#.*\n)* {2}router:/);
    // The clients' requests came through the other one.
    assert.equal(draftOf([director!]).text.match(/router-assumed/g)?.length, 1);
  });

  it('every evidence is in the recordings that it names', () => {
    for (const { sources } of captured.values())
      for (const { frames } of inferCaptures(sources).services) {
        assert.ok(frames.length > 0);
        for (const { source, number, bytes } of frames)
          assert.equal(sources[source]!.capture.records[number - 1]!.bytes, bytes);
      }
  });

  it('a name from a file begins no line and no setting of the draft', () => {
    const { sources } = captured.get('dr')!;
    const hostile = sources.map((one) => ({ ...nameless(one), name: `x\n- evil: [\u001b[31m${one.name}` }));
    assert.doesNotMatch(draftOf(hostile).text, /evil: \[|\p{Cc}(?<!\n)/u);
  });
});
