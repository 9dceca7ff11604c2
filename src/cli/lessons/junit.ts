import { visible } from '../../l10n/visible.ts';
import { plain } from '../paint.ts';
import type { Cli } from '../cli.ts';
import { isShown, type Graded } from './grade.ts';
import { reasonLines } from './lines.ts';

/** The grades as JUnit XML, a test case for each file: what CI systems draw. A run without a result is an error, not a failure. */
export function junit(cli: Cli, grades: readonly Graded[]): string {
  const seconds = (graded: readonly Graded[]) =>
    (graded.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000).toFixed(3);
  const counts = attributes({
    name: 'lb-lab lessons',
    tests: grades.length,
    failures: grades.filter((graded) => !isShown(graded) && !graded.failure).length,
    errors: grades.filter(({ failure }) => failure).length,
    time: seconds(grades),
  });
  const cases = grades.map((graded) => {
    const { name, file, line } = graded;
    const head = `    <testcase${attributes({ classname: 'lb-lab', name, file, line, time: seconds([graded]) })}`;
    if (isShown(graded)) return `${head}/>`;
    const kind = graded.failure ? 'error' : 'failure';
    const [message = '', ...others] = reasonLines({ ...cli, paint: plain }, graded);
    const type = graded.failure?.key ?? graded.differences[0]!.what;
    const text = [message, ...others].map(escape).join('\n');
    return `${head}>\n      <${kind}${attributes({ type, message })}>${text}</${kind}>\n    </testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${counts}>`,
    `  <testsuite${counts}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escape(String(value))}"`)
    .join('');
}

/** What XML takes for its own, and what it allows nowhere: control characters, and the two that are no characters. */
function escape(text: string): string {
  return visible(text)
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/[\ufffe\uffff]/g, '\ufffd');
}
