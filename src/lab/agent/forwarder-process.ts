/**
 * The forwarder on a node: a process that is told what to do in lines of JSON on standard input and answers on standard
 * output. It ends when its input does. Its argument names the port that it is going to be told of.
 */
import { ForwarderLoop } from './forwarder-loop.ts';
import type { FromForwarder, ToForwarder } from './forwarder-messages.ts';
import { readLines, LineWriter } from './lines.ts';
import { loadPort } from './open-port.ts';

const writer = new LineWriter(process.stdout);
const say = (message: FromForwarder) => writer.write(message);
// Told again, and then with its reason, when the port is opened.
loadPort(process.argv[2] === 'cap' ? 'cap' : 'packet').catch(() => undefined);
const loop = new ForwarderLoop(say, () => writer.full);

readLines(process.stdin, {
  line: (message) => {
    loop.hear(message as ToForwarder).catch((error: unknown) => {
      say({ type: 'error', message: error instanceof Error ? error.message : String(error) });
    });
  },
  bad: (text) => say({ type: 'error', message: `not a message: ${text.slice(0, 80)}` }),
  end: () => {
    loop.close();
    writer.end(() => process.exit(0));
  },
});
