/** The JSON objects of a stream, one a line, as the engine sends progress and events. */
export async function* jsonLines(
  stream: AsyncIterable<Buffer | string>,
): AsyncGenerator<Record<string, unknown>> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop()!;
    yield* lines.flatMap(parse);
  }
  yield* parse(rest);
}

function parse(line: string): Record<string, unknown>[] {
  if (line.trim() === '') return [];
  const value: unknown = JSON.parse(line);
  return typeof value === 'object' && value !== null ? [value as Record<string, unknown>] : [];
}
