import type { HttpResponseInit } from '@azure/functions';
import type { ReportInContext } from '../access/desk/read-report';
import { FORMATS, type ReportFormat } from '../reports/report-formats';
import { answerHeaders } from './json-response';

/** A report as a file. The page in it carries its own rules; who may frame it can only be said in a header. */
export function reportResponse(shown: ReportInContext, format: ReportFormat): HttpResponseInit {
  const { mediaType, extension, render } = FORMATS[format];
  const { organization, night } = shown.report;
  return {
    status: 200,
    headers: {
      ...answerHeaders,
      'content-type': `${mediaType}; charset=utf-8`,
      'content-disposition': `inline; filename="${organization}-${night}.${extension}"`,
      'content-security-policy': "frame-ancestors 'none'",
      vary: 'accept',
    },
    body: render(shown.report, shown),
  };
}
