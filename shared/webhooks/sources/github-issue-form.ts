import { fold } from '../../domain/fold';

const mostAnswers = 40;

/**
 * The answers of an issue form: GitHub writes each as a `###` heading with the answer below. Headings are folded, the first
 * of two equal ones counts, and an answer left open is blank.
 */
export function issueFormOf(body: string): Readonly<Record<string, string>> {
  const answers = new Map<string, string>();
  let heading: string | undefined;
  for (const line of body.split(/\r?\n/)) {
    if (line.startsWith('### ')) {
      const name = fold(line.slice(4)).replaceAll('.', '');
      heading = answers.has(name) || answers.size === mostAnswers ? undefined : name;
      if (heading !== undefined) answers.set(heading, '');
    } else if (heading !== undefined && line.trim() !== '' && answers.get(heading) === '')
      answers.set(heading, line.trim() === '_No response_' ? '' : line.trim());
  }
  return Object.fromEntries(answers);
}
