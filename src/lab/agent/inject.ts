import { fillFrame, makeFrame } from '../../forwarder/frame.ts';
import { isProblem } from '../../forwarder/ports/network-port.ts';
import { loadPort } from './open-port.ts';

/** Sends frames (base64) out of a device, exactly as they are. */
export async function inject(device: string | undefined, frames: readonly string[]): Promise<void> {
  if (device === undefined) throw new Error('no such interface');
  const open = await loadPort('packet');
  const port = await open({ devices: [device] }, { receive: () => undefined, problem: () => undefined });
  if (isProblem(port)) throw new Error(`${port.device}: ${port.detail}`);
  for (const text of frames) {
    const bytes = Buffer.from(text, 'base64');
    const frame = makeFrame(bytes.length);
    fillFrame(frame, 0, bytes);
    port.transmit(frame);
  }
  port.flush();
  port.close();
}
