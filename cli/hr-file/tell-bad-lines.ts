import { markdownText } from '../output/markdown-text';
import { plainText } from '../output/plain-text';
import type { TextStyle } from '../output/text-style';
import type { HrFile } from './read-hr-file';

/** More are counted and not told, for a person; data has them all. */
const MOST_TOLD = 20;

type Told = Pick<HrFile, 'badLines' | 'workers'>;

export function badLinesJson({ badLines }: Told): Readonly<{ badLines: HrFile['badLines'] }> {
  return { badLines };
}

/** Lines of an HR file that do not count, with their numbers; none where all do. */
export function badLinesText({ badLines, workers }: Told, style: TextStyle): readonly string[] {
  if (badLines.length === 0) return [];
  return [
    style('doubtful', headline({ badLines, workers })),
    ...badLines.slice(0, MOST_TOLD).map(({ line, problem }) => `  line ${line}: ${plainText(problem)}`),
    ...more(badLines.length).map((text) => `  ${text}`),
  ];
}

/** The same, folded. */
export function badLinesMarkdown({ badLines, workers }: Told): readonly string[] {
  if (badLines.length === 0) return [];
  return [
    '',
    `<details><summary>${headline({ badLines, workers })}</summary>`,
    '',
    ...badLines.slice(0, MOST_TOLD).map(({ line, problem }) => `- line ${line}: ${markdownText(problem)}`),
    ...more(badLines.length).map((text) => `- ${text}`),
    '',
    '</details>',
  ];
}

function headline({ badLines, workers }: Told): string {
  const lines = `${badLines.length} line${badLines.length === 1 ? '' : 's'}`;
  return `${lines} of the HR file ${badLines.length === 1 ? 'does' : 'do'} not count; ${workers.length} do:`;
}

function more(count: number): readonly string[] {
  return count > MOST_TOLD ? [`and ${count - MOST_TOLD} more`] : [];
}
