import assert from 'node:assert/strict';
import { curlArguments, curlEnd, curlInput } from '../../../src/lab/agent/curl-call.ts';
import { nginxFiles } from '../../../src/lab/agent/nginx-conf.ts';
import { PcapStream } from '../../../src/lab/agent/pcap-stream.ts';
import { ruleset } from '../../../src/lab/agent/rules.ts';
import { containerSysctls } from '../../../src/lab/docker/container.ts';
import type { PlannedNode, PlannedTraffic } from '../../../src/lab/topology/plan.ts';
import { asIpv4 } from '../../../src/packet/address.ts';
import { planOf } from '../docker/run-lab.ts';

const node = (file: string, name: string): PlannedNode =>
  planOf(file).nodes.find((candidate) => candidate.name === name)!;
const lines = (text: string) => text.split('\n').map((line) => line.trim());

const entry: PlannedTraffic = {
  from: 'client',
  to: asIpv4(0x0a00_0264),
  port: 80,
  afterNs: 0,
  everyNs: 0,
  count: 1,
  request: 'GET /hello',
  responseBytes: 0,
  requestBytes: 0,
  timeoutNs: 2.5e9,
};

describe('agent: what it writes for the programs of a node', () => {
  describe('nftables', () => {
    it('hides the port pool of every own address from the kernel (dnat)', () => {
      const text = ruleset(node('examples/dnat.lblab.yaml', 'director'), () => 'eth0', false);
      for (const address of ['10.0.2.2', '10.0.3.2'])
        for (const protocol of ['tcp', 'udp'])
          assert.ok(lines(text).includes(`ip daddr ${address} ${protocol} dport 40000-40999 drop`), text);
    });
    it('hides the pool of the outside address alone (nat)', () => {
      const text = ruleset(node('examples/nat.lblab.yaml', 'router'), () => 'eth0', false);
      assert.ok(text.includes('ip daddr 203.0.113.2 tcp dport 40000-40999 drop'));
      assert.ok(!text.includes('192.168.1.1 '));
    });
    it('hides nothing on other nodes, and replaces only its own tables', () => {
      const text = ruleset(node('examples/dr.lblab.yaml', 'rs1'), () => 'eth0', false);
      assert.deepEqual(lines(text), [
        'table ip lb_lab',
        'delete table ip lb_lab',
        'table netdev lb_lab',
        'delete table netdev lb_lab',
        'table ip lb_lab {',
        '}',
        'table netdev lb_lab {',
        '}',
        '',
      ]);
      assert.ok(!text.includes('flush'));
    });
    it('keeps protocol 4 from the kernel when a process unwraps', () => {
      assert.match(
        ruleset(node('examples/tun.lblab.yaml', 'rs1'), () => 'eth0', true),
        /ip protocol 4 drop/,
      );
    });
    it('drops at ingress what the plan drops', () => {
      const text = ruleset(
        node('examples/lessons/tunnel-mtu-filtered.lblab.yaml', 'client'),
        () => 'eth3',
        false,
      );
      assert.match(text, /hook ingress device "eth3" priority 0; policy accept;\n {2}ip protocol 1 drop/);
    });
  });

  describe('curl', () => {
    it('asks for what the plan says, with arguments only', () => {
      const args = curlArguments({ ...entry, port: 8080, responseBytes: 5, sourcePort: 50_000 });
      assert.equal(args[0], '--disable');
      assert.deepEqual(args.slice(-2), ['--url', 'http://10.0.2.100:8080/hello']);
      assert.equal(args[args.indexOf('--max-time') + 1], '2.500');
      assert.equal(args[args.indexOf('--local-port') + 1], '50000');
      assert.ok(args.includes('X-Response-Bytes: 5'));
      assert.ok(!args.includes('--data-binary'));
    });
    it('posts a body of the size asked for', () => {
      const posting = { ...entry, requestBytes: 20 };
      assert.ok(curlArguments(posting).includes('@-'));
      assert.equal(Buffer.concat(curlInput(posting)).toString(), 'request\nrequest\nrequ');
      assert.deepEqual(curlInput(entry), []);
    });
    it('knows what the exit code means', () => {
      const outcome = (exitCode: number | null, errors: string) => {
        const { end } = curlEnd({ exitCode, output: '0 0', errors });
        return end.reason ?? end.outcome;
      };
      assert.deepEqual(
        [
          outcome(0, ''),
          outcome(28, ''),
          outcome(7, '* connect to 10.0.2.100 port 80 failed: Connection refused'),
          outcome(7, '* connect to 10.0.2.100 port 80 failed: No route to host'),
          // As curl 7.88 says it when the kernel refuses at once, and when it does so later.
          outcome(7, '* Immediate connect fail for 10.9.9.9: Network is unreachable'),
          outcome(7, '* connect to 10.0.2.100 port 80 failed: Cannot assign requested address'),
          outcome(45, ''),
          outcome(56, 'Recv failure: Connection reset by peer'),
          outcome(52, '* Empty reply from server'),
          outcome(27, 'out of memory'),
          outcome(null, ''),
        ],
        [
          'answered',
          'timed-out',
          'refused',
          'unreachable',
          'unreachable',
          'port-in-use',
          'port-in-use',
          'refused',
          'refused',
          'client-silent',
          'no-client',
        ],
      );
    });
    it('tells how much of the answer came, and from where it asked', () => {
      const head = '* Connected\n< HTTP/1.1 200 OK\r\n< Server: rs1\r\n< Content-Length: 400000\r\n<\r\n';
      assert.deepEqual(curlEnd({ exitCode: 0, output: '400000 40001', errors: head }), {
        end: { outcome: 'answered', bytes: 400_000, ofBytes: 400_000 },
        sourcePort: 40_001,
      });
      for (const exitCode of [28, 56, 18]) {
        assert.deepEqual(curlEnd({ exitCode, output: '166440 40001', errors: head }), {
          end: { outcome: 'partial', bytes: 166_440, ofBytes: 400_000 },
          sourcePort: 40_001,
        });
      }
      assert.deepEqual(curlEnd({ exitCode: 28, output: '0 40002', errors: '* Connected' }), {
        end: { outcome: 'timed-out' },
        sourcePort: 40_002,
      });
    });
  });

  it('nginx: a body of each size, named by the server', () => {
    const files = nginxFiles('rs1', [80, 8080], [0, 10, 10]);
    const content = new Map(files.map((file) => [file.path, Buffer.concat(file.content).toString()]));
    assert.deepEqual([...content.keys()], ['nginx.conf', 'www/body-0', 'www/body-10']);
    assert.equal(content.get('www/body-0'), 'rs1\n');
    assert.equal(content.get('www/body-10'), 'rs1\nrs1\nrs');
    for (const part of ['listen 80 ', 'listen 8080 ', 'map $http_x_response_bytes', '"10" /body-10;'])
      assert.ok(content.get('nginx.conf')!.includes(part), part);
  });

  it('sysctls: all and default, and the forwarder’s node silent', () => {
    const sysctls = containerSysctls(node('examples/dr.lblab.yaml', 'rs1').sysctls);
    assert.equal(sysctls['net.ipv4.conf.all.arp_ignore'], '1');
    assert.equal(sysctls['net.ipv4.conf.default.arp_announce'], '2');
    assert.equal(sysctls['net.ipv4.ip_forward'], '0');
    assert.equal(sysctls['net.ipv6.conf.default.disable_ipv6'], '1');
  });

  describe('pcap stream', () => {
    const file = () => {
      const bytes = Buffer.alloc(24 + 2 * 16 + 7);
      bytes.writeUInt32LE(0xa1b23c4d, 0);
      let at = 24;
      for (const [seconds, length] of [
        [5, 3],
        [6, 4],
      ] as const) {
        bytes.writeUInt32LE(seconds, at);
        bytes.writeUInt32LE(123, at + 4);
        bytes.writeUInt32LE(length, at + 8);
        bytes.writeUInt32LE(length + 100, at + 12);
        bytes.fill(seconds, at + 16, at + 16 + length);
        at += 16 + length;
      }
      return bytes;
    };
    it('gives every record, however it is cut', () => {
      for (let step = 1; step <= file().length; step += 1) {
        const stream = new PcapStream();
        const records = [];
        for (let at = 0; at < file().length; at += step)
          records.push(...stream.push(file().subarray(at, at + step)));
        assert.deepEqual(
          records.map(({ seconds, nanoseconds, originalLength, bytes }) => [
            seconds,
            nanoseconds,
            originalLength,
            [...bytes],
          ]),
          [
            [5, 123, 103, [5, 5, 5]],
            [6, 123, 104, [6, 6, 6, 6]],
          ],
        );
      }
    });
    it('refuses what is no such stream', () => {
      assert.throws(() => new PcapStream().push(Buffer.alloc(24)), RangeError);
    });
  });
});
