import type { AuditReport } from '../../domain/audit/report';
import { markup, type Markup } from '../../html/markup';
import { FORMATS } from '../../reports/report-formats';
import { CONSOLE_PATH } from '../path-and-page-names';

/** Where a night's report is, as a page and in each other format. */
export function renderReportLinks({
  organization,
  night,
}: Pick<AuditReport, 'organization' | 'night'>): Markup {
  const path = `${CONSOLE_PATH}/${organization}/report/${night}`;
  return markup`<a href="${path}?format=html">The whole report</a>, or as ${Object.keys(FORMATS)
    .filter((format) => format !== 'html')
    .map((format) => markup`<a href="${path}?format=${format}">${format}</a> `)}`;
}
