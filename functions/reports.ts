import { app } from '@azure/functions';
import { differenceOf, listNights, readReport, reportAskedFor } from '../shared/access/desk/read-report';
import type { AppDeps } from '../shared/app-deps';
import { AppError } from '../shared/errors';
import { answerFailures } from '../shared/http/answer-failures';
import { jsonResponse } from '../shared/http/json-response';
import { reportResponse } from '../shared/http/report-response';
import { chooseFormat } from '../shared/reports/report-formats';

/** Reports of the audits: the nights there are, one of them in the format asked for, or two compared. */
export function registerReports(deps: AppDeps): void {
  app.http('reports', {
    methods: ['GET'],
    authLevel: 'function',
    route: 'reports/{organization}/{night?}',
    handler: answerFailures(async ({ params, query, headers }) => {
      const { organization, night } = await reportAskedFor(
        deps,
        params['organization'] ?? '',
        params['night'] ?? '',
      );
      if (night === '') return jsonResponse(200, { nights: await listNights(deps, organization) });
      const format = chooseFormat(query.get('format'), headers.get('accept'));
      const compare = query.get('compare') ?? undefined;
      if (format === undefined || (compare !== undefined && format !== 'json' && format !== 'html'))
        throw new AppError(
          'format-unsupported',
          'Reports are json, html, csv, sarif, ocsf and oscal; two compared are json and html',
        );
      const shown = await readReport(deps, organization, night, compare);
      return compare !== undefined && format === 'json'
        ? jsonResponse(200, differenceOf(shown))
        : reportResponse(shown, format);
    }),
  });
}
