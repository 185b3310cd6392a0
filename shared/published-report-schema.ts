import { toJsonSchema } from './to-json-schema';
import { AuditReportSchema } from './storage/audit-report-schema';

/** The report of an audit as JSON Schema for those who read it; the file under docs/schemas is made from it. */
export const publishedReportSchema = {
  file: 'audit-report.v1.schema.json',
  schema: toJsonSchema(AuditReportSchema, {
    title: 'Audit report, version 1',
    description:
      'What one nightly audit of one organization found. Times are milliseconds since 1970 in UTC. Members may be added; those that are here keep their meaning.',
    examples: [
      {
        schemaVersion: 1,
        organization: 'production',
        night: '202611210200',
        startedAtMs: 1795226400000,
        takenAtMs: 1795226490000,
        policyHash: '0f343b0931126a20f133d67c2b018a3b9f1d5d2e6f3b7a0c4d8e1f2a3b4c5d6e',
        result: 'red',
        unknown: [],
        looked: { groups: 4, members: 120, people: 80, rules: 3, policyEntities: 4 },
        calls: { GET: 14, POST: 2 },
        ownChecks: {},
        findings: [
          {
            id: 'c6707266164f5ec8',
            check: 'member-without-reason',
            severity: 'high',
            subject: {
              group: 'automation developers',
              memberId: '2a5e494c-5ce6-46a8-8ef1-bd26a9602ecc',
            },
            state: 'new',
            firstSeenMs: 1795226400000,
            lastSeenMs: 1795226400000,
          },
        ],
      },
    ],
  }),
} as const;
