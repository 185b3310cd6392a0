import type { AuditReport } from '../domain/audit/report';
import { renderCsv } from './csv';
import { renderOcsf } from './ocsf';
import { renderOscal } from './oscal';
import { renderReportPage, type ReportContext } from './report-page';
import { renderSarif } from './sarif';

type Format = Readonly<{
  mediaType: string;
  /** Ends the name of a file. */
  extension: string;
  render: (report: AuditReport, context: ReportContext) => string;
}>;

/** The formats of a report. The first is the answer to a client that accepts any. */
export const FORMATS = {
  json: {
    mediaType: 'application/json',
    extension: 'json',
    render: (report) => JSON.stringify(report, null, 2),
  },
  html: { mediaType: 'text/html', extension: 'html', render: renderReportPage },
  csv: { mediaType: 'text/csv', extension: 'csv', render: renderCsv },
  sarif: { mediaType: 'application/sarif+json', extension: 'sarif', render: renderSarif },
  ocsf: { mediaType: 'application/x-ndjson', extension: 'ocsf.ndjson', render: renderOcsf },
  oscal: { mediaType: 'application/oscal+json', extension: 'oscal.json', render: renderOscal },
} as const satisfies Record<string, Format>;

export type ReportFormat = keyof typeof FORMATS;

/** The format that was asked for by name, else the one that `Accept` likes best (RFC 9110, 12.5.1); undefined: there is none. */
export function chooseFormat(asked: string | null, accept: string | null): ReportFormat | undefined {
  if (asked !== null) return isFormat(asked) ? asked : undefined;
  const ranges = (accept ?? '*/*').split(',').map(parseRange);
  let best: Readonly<{ format: ReportFormat; quality: number }> | undefined;
  for (const format of Object.keys(FORMATS).filter(isFormat)) {
    const quality = qualityOf(FORMATS[format].mediaType, ranges);
    if (quality > (best?.quality ?? 0)) best = { format, quality };
  }
  return best?.format;
}

type Range = Readonly<{ type: string; quality: number }>;

function parseRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return { type, quality: quality === undefined ? 1 : Number(quality) || 0 };
}

/** The most specific range that fits counts, also when it says no. */
function qualityOf(mediaType: string, ranges: readonly Range[]): number {
  const [whole] = mediaType.split('/');
  for (const type of [mediaType, `${whole}/*`, '*/*']) {
    const range = ranges.find((candidate) => candidate.type === type);
    if (range !== undefined) return range.quality;
  }
  return 0;
}

function isFormat(name: string): name is ReportFormat {
  return Object.hasOwn(FORMATS, name);
}
