import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCapture } from '../../src/packet/read-capture.ts';
import { writePcap } from '../../src/packet/pcap.ts';
import { writePcapng } from '../../src/packet/pcapng.ts';
import { buildOnce, lbLab, root, temporaryFolder } from '../support/lb-lab.ts';

const dr = 'examples/dr.lblab.yaml';

describe('lb-lab with recorded captures', () => {
  const folder = temporaryFolder();
  const recorded = folder.path('dr.pcapng');
  before(function () {
    this.timeout(60_000);
    buildOnce();
    assert.equal(lbLab(['run', dr, '--quiet', '--pcapng', recorded]).code, 0);
  });
  after(folder.remove);

  const capture = () => readCapture(readFileSync(recorded));
  const explain = (file: string, topology = dr, ...rest: string[]) =>
    lbLab(['explain', file, '--topology', topology, ...rest]);

  it('forward: what the director sent in the lab comes out again, byte for byte', () => {
    const { interfaces, records } = capture();
    const own = interfaces.findIndex(({ name }) => name === 'director.inside');
    const isIpv4 = ({ bytes }: { readonly bytes: Uint8Array }) => bytes[12] === 8 && bytes[13] === 0;
    const sent = records.filter((one) => one.interface === own && one.direction === 'out' && isIpv4(one));
    const out = folder.path('out.pcapng');
    const { code, out: text } = lbLab(['forward', dr, '--node', 'director', '--in', recorded, '--out', out]);
    assert.equal(code, 0);
    assert.match(text, /frames went into director/);
    const made = readCapture(readFileSync(out));
    assert.deepEqual(
      made.interfaces.map(({ name }) => name),
      ['inside'],
    );
    assert.ok(sent.length > 20);
    const hex = (one: { readonly bytes: Uint8Array }) => Buffer.from(one.bytes).toString('hex');
    assert.deepEqual(made.records.filter(isIpv4).map(hex), sent.map(hex));
    assert.match(made.records.filter(isIpv4)[0]!.comments[0]!, /^forwarded · schedule · rs1/);
  });

  it('forward: a plain capture needs --interface where the node has several', () => {
    const plain = folder.path('plain.pcapng');
    const { interfaces, records } = capture();
    const own = interfaces.findIndex(({ name }) => name === 'director.inside');
    const frames = records.filter((one) => one.interface === own && one.direction === 'in');
    const unnamed = { name: 'eth0', linkType: 1, snapLength: 65535 };
    writeFileSync(
      plain,
      writePcapng({
        interfaces: [unnamed],
        records: frames.map(({ timeNs, bytes, originalLength }) => ({
          interface: 0,
          timeNs,
          bytes,
          originalLength,
          comments: [],
        })),
        names: [],
      }),
    );
    const out = folder.path('plain-out.pcapng');
    const call = ['forward', dr, '--in', plain, '--out', out];
    assert.equal(lbLab([...call, '--interface', 'inside']).code, 0);
    assert.ok(readCapture(readFileSync(out)).records.length > 20);
    const wrong = lbLab([...call, '--interface', 'outside']);
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /inside/);
  });

  it('explain: a whole recording keeps its promises, and says what it cannot know', () => {
    const { code, out } = lbLab(['explain', recorded, '--topology', dr, '--requires', 'reply-direct']);
    assert.equal(code, 0);
    assert.match(out, /recorded capture/);
    assert.match(out, /kept +Replies go straight to the client/);
    assert.match(out, /What this capture cannot show/);
  });

  it('explain: tcpdump on the director alone shows its part, and requires what it cannot', () => {
    const only = folder.path('only.pcapng');
    const { interfaces, records } = capture();
    const own = interfaces.findIndex(({ name }) => name === 'director.inside');
    writeFileSync(
      only,
      writePcapng({
        interfaces: [{ name: 'eth0', linkType: 1, snapLength: 65535 }],
        records: records
          .filter((one) => one.interface === own)
          .map(({ timeNs, bytes, originalLength }) => ({
            interface: 0,
            timeNs,
            bytes,
            originalLength,
            comments: [],
          })),
        names: [],
      }),
    );
    const call = ['explain', only, '--topology', dr];
    // Its own MAC stands in every unicast frame.
    const unnamed = lbLab(call);
    assert.equal(unnamed.code, 0);
    const placed = lbLab([...call, '--interface', 'eth0=director.inside']);
    assert.equal(placed.code, 0);
    assert.equal(unnamed.out, placed.out);
    assert.match(placed.out, /kept +The director leaves the IP packet alone/);
    assert.match(placed.out, /nothing was captured: .*rs1\.inside/);
    // Where nothing was captured nothing is known to have been lost.
    assert.match(placed.out, /its way on was not captured/);
    assert.doesNotMatch(placed.out, /✗|✕|lost/);
    assert.match(placed.out, /\S\n\nWhat this capture cannot show/);
    const json = folder.path('report.json');
    const required = lbLab([
      ...call,
      '--interface',
      'director.inside',
      '--requires',
      'reply-direct',
      '--json',
      json,
    ]);
    assert.equal(required.code, 1);
    assert.match(required.err, /reply-direct/);
    const chinese = explain(
      only,
      dr,
      ...'--interface director.inside --requires reply-direct --lang zh-cn'.split(' '),
    );
    assert.match(chinese.err, /未观察到：reply-direct/);
    assert.equal((JSON.parse(readFileSync(json, 'utf8')) as { engine: string }).engine, 'capture');
  });

  const recordsAt = (point: string) => {
    const { interfaces, records } = capture();
    const own = interfaces.findIndex(({ name }) => name === point);
    return records.filter((one) => one.interface === own).map((one) => ({ ...one, interface: 0 }));
  };

  it('a raw capture is not read as Ethernet: exit 2, and how to capture', () => {
    const cooked = folder.path('any.pcap');
    writeFileSync(cooked, writePcap(recordsAt('director.inside'), { linkType: 101 }));
    const calls = [
      explain(cooked, dr, '--interface', 'director.inside'),
      lbLab(['forward', dr, '--in', cooked, '--out', folder.path('none.pcapng')]),
    ];
    for (const { code, err } of calls) {
      assert.equal(code, 2);
      assert.match(err, /not Ethernet \(link type 101\).*tcpdump -i eth0/);
    }
  });

  it('explain: of interfaces that are not Ethernet the frames are left out', () => {
    const mixed = folder.path('mixed.pcapng');
    const interfaces = [
      { name: 'any', linkType: 101, snapLength: 65535 },
      { name: 'director.inside', linkType: 1, snapLength: 65535 },
    ];
    const frames = recordsAt('director.inside');
    const records = [frames[0]!, ...frames.map((one) => ({ ...one, interface: 1 }))];
    writeFileSync(mixed, writePcapng({ interfaces, records, names: [] }));
    const { code, out, err } = explain(mixed);
    assert.equal(code, 0);
    assert.match(err, /not Ethernet \(link type 101\)/);
    assert.match(out, new RegExp(`^${frames.length} frames captured`, 'm'));
  });

  it('explain: where a filter took all frames out, nothing is known to have been lost', () => {
    const filtered = folder.path('filtered.pcapng');
    const { interfaces, records } = capture();
    const own = interfaces.findIndex(({ name }) => name === 'director.inside');
    writeFileSync(
      filtered,
      writePcapng({
        interfaces: interfaces.map(({ name, linkType, snapLength }) => ({ name, linkType, snapLength })),
        records: records.filter((one) => one.interface === own),
        names: [],
      }),
    );
    const { out } = explain(filtered);
    assert.match(out, /nothing was captured: .*rs1\.inside/);
    assert.doesNotMatch(out, /✗|✕|lost/);
  });

  it('explain: a plain pcap says how to place it; cut frames are no matter of a packet budget', () => {
    const plain = folder.path('short.pcap');
    const short = (point: string) =>
      writePcap(recordsAt(point).map((one) => ({ ...one, bytes: one.bytes.subarray(0, 60) })));
    // All its frames are between the client and the router: they tell of neither that it is the one.
    writeFileSync(plain, short('client1.outside'));
    assert.match(explain(plain).err, /--interface NODE\.SEGMENT/);
    writeFileSync(plain, short('director.inside'));
    const { out } = explain(plain, dr, '--interface', 'director.inside');
    assert.match(out, /captured in part/);
    assert.doesNotMatch(out, /budget/);
  });

  it('explain: takes MAC addresses as they were seen, names those that nobody has, and reads without VLAN tags', () => {
    const other = folder.path('other.lblab.yaml');
    writeFileSync(other, readFileSync(join(root, dr)));
    const foreign = explain(recorded, other);
    assert.match(foreign.out, /these are taken.*client1\.outside 02:.*rs2\.inside 02:/);
    assert.match(foreign.out, /Everything captured was answered and every promise seen was kept/);
    const isArp = ({ bytes }: { readonly bytes: Uint8Array }) => bytes[13] === 6;
    const silent = folder.path('silent.pcap');
    writeFileSync(silent, writePcap(recordsAt('director.inside').filter((one) => !isArp(one))));
    const unknown = explain(silent, other, '--interface', 'director.inside').out;
    assert.match(unknown, /these are taken.*: director\.inside 02:[0-9a-f:]+\.$/m);
    assert.match(unknown, /\d+ frames are left out: 02:.*mac:/);
    const [plain, tagged] = ['director.inside.pcap', 'vlan.pcap'].map(folder.path) as [string, string];
    const frames = recordsAt('director.inside').map((one) => {
      const bytes = Uint8Array.of(...one.bytes.slice(0, 12), 0x81, 0, 0, 100, ...one.bytes.slice(12));
      return { ...one, bytes, originalLength: bytes.length };
    });
    writeFileSync(plain, writePcap(recordsAt('director.inside')));
    writeFileSync(tagged, writePcap(frames));
    const flowsOf = (text: string) => text.match(/^.*→.*$/gm);
    const { out } = explain(tagged, dr, '--interface', 'director.inside');
    assert.match(out, new RegExp(`${frames.length} frames had a VLAN tag`));
    assert.deepEqual(flowsOf(out), flowsOf(explain(plain).out));
    assert.doesNotMatch(out, /Not as promised/);
  });

  const bad: [string, string[], RegExp][] = [
    ['forward without files', ['forward', dr], /--in/],
    [
      'forward to a node without a forwarder',
      ['forward', dr, '--node', 'rs1', '--in', 'a', '--out', 'b'],
      /director/,
    ],
    ['forward of no capture', ['forward', dr, '--in', dr, '--out', 'b'], /no capture file/],
    ['explain of no capture', ['explain', dr], /no capture file/],
    [
      'explain without a topology, which promises something',
      ['explain', dr, '--requires', 'headers'],
      /--topology/,
    ],
    [
      'explain of an unknown promise',
      ['explain', 'a', '--topology', dr, '--requires', 'luck'],
      /no promise ‘luck’/,
    ],
    ['an unknown lesson', ['lessons', 'none'], /no lesson/],
  ];
  for (const [name, args, message] of bad) {
    it(`${name}: exit 2, one clear line`, () => {
      const { code, err } = lbLab(args);
      assert.equal(code, 2);
      assert.match(err, message);
      assert.doesNotMatch(err, /\n\s+at /);
    });
  }

  it('lessons: lists all of them, runs one, and its exit code grades', () => {
    const { code, out } = lbLab(['lessons']);
    assert.equal(code, 0);
    assert.doesNotMatch(out, /lesson\./);
    assert.equal(lbLab(['lessons', 'dr-port-map', 'dr-across-router']).code, 0);
    const text = readFileSync(`${root}examples/lessons/dr-port-map.lblab.yaml`, 'utf8');
    const mended = folder.path('mended.lblab.yaml');
    writeFileSync(mended, text.replace(/port: 8080/g, 'port: 80'));
    const failed = lbLab(['lessons', mended]);
    assert.equal(failed.code, 1);
    assert.match(failed.out, /✗ mended/);
  });
});
