import { describe, expect, it } from '@jest/globals';
import Ajv, { type AnySchemaObject, type ValidateFunction } from 'ajv';
import Ajv2020 from 'ajv/dist/2020';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_REPORTS, report } from '../../fixtures/audit-reports';
import { compile } from '../../fixtures/schemas/closed';
import { ocsfDocumentsOf, oscalDocumentOf } from '../../fixtures/schemas/foreign-documents';
import { mutantsOf } from '../../fixtures/schemas/mutants';
import { OCSF_AS_EMITTED } from '../../fixtures/schemas/ocsf-as-emitted';
import { createOcsfCatalogue } from '../../fixtures/schemas/ocsf-catalogue';
import { ocsfJsonSchema } from '../../fixtures/schemas/ocsf-json-schema';
import { OSCAL_AS_EMITTED } from '../../fixtures/schemas/oscal-as-emitted';

const oscalFile = process.env['OSCAL_SCHEMA'];
const ocsfFolder = process.env['OCSF_SCHEMA'];
const withOscal = oscalFile === undefined ? describe.skip : describe;
const withOcsf = ocsfFolder === undefined ? describe.skip : describe;

/** A mutant of a long one says nothing that one of these does not. */
const SHORT_REPORTS = ALL_REPORTS.filter(([, night]) => night.findings.length < 10);

const formats = {
  'date-time': (text: string) => !Number.isNaN(Date.parse(text)),
  uri: (text: string) => URL.canParse(text),
  'uri-reference': (text: string) => URL.canParse(text, 'https://base.example/'),
  email: /@/,
};

withOscal('OSCAL by the schema that OSCAL_SCHEMA names', () => {
  const schema = once(() => readJson(oscalFile ?? '') as AnySchemaObject);
  const official = once(() => new Ajv({ strict: false, formats }).compile(schema()));

  it.each(ALL_REPORTS)('is valid for %s', (_what, night) => {
    expect([official()(oscalDocumentOf(night)), official().errors]).toEqual([true, null]);
  });

  it('says the version of that schema', () => {
    const document = oscalDocumentOf(report()) as {
      'assessment-results': { metadata: { 'oscal-version': string } };
    };
    const { 'oscal-version': version } = document['assessment-results'].metadata;
    expect(schema()).toMatchObject({ $id: expect.stringContaining(`/${version}/`) });
  });

  it('is refused by the schema kept here wherever that one refuses it', () => {
    const kept = compile(OSCAL_AS_EMITTED);
    const documents = SHORT_REPORTS.map(([, night]) => oscalDocumentOf(night));
    const { byOfficial, byOfficialAlone } = compareRefusals(documents, official(), kept);
    expect(byOfficialAlone).toEqual([]);
    expect(byOfficial).toBeGreaterThan(10_000);
  });
});

withOcsf('OCSF by the catalogue that OCSF_SCHEMA names', () => {
  const catalogue = once(() => createOcsfCatalogue((path) => readJsonIfAny(join(ocsfFolder ?? '', path))));
  const official = once(() =>
    new Ajv2020({ strict: false }).compile(
      ocsfJsonSchema(catalogue(), 'compliance_finding', 'events/findings'),
    ),
  );

  it.each(ALL_REPORTS)('is valid for %s', (_what, night) => {
    for (const event of ocsfDocumentsOf(night)) {
      expect([official()(event), official().errors]).toEqual([true, null]);
    }
  });

  it('says the version of that catalogue', () => {
    const { version } = catalogue();
    for (const [, night] of ALL_REPORTS) {
      for (const event of ocsfDocumentsOf(night)) expect(event).toMatchObject({ metadata: { version } });
    }
  });

  it('is refused by the schema kept here wherever that catalogue refuses it', () => {
    const kept = compile(OCSF_AS_EMITTED);
    const documents = SHORT_REPORTS.flatMap(([, night]) => ocsfDocumentsOf(night));
    const { byOfficial, byOfficialAlone } = compareRefusals(documents, official(), kept);
    expect(byOfficialAlone).toEqual([]);
    expect(byOfficial).toBeGreaterThan(10_000);
  });
});

/** How many mutants each side refuses, and which of them only the official one does. */
function compareRefusals(documents: readonly unknown[], official: ValidateFunction, kept: ValidateFunction) {
  const refusals = { mutants: 0, byOfficial: 0, byKept: 0, byOfficialAlone: new Array<string>() };
  for (const { what, document } of mutantsOfAll(documents)) {
    const isTaken = kept(document);
    refusals.mutants += 1;
    if (!isTaken) refusals.byKept += 1;
    if (official(document)) continue;
    refusals.byOfficial += 1;
    if (isTaken) refusals.byOfficialAlone.push(what);
  }
  return refusals;
}

function* mutantsOfAll(documents: readonly unknown[]) {
  for (const document of documents) yield* mutantsOf(document);
}

function readJsonIfAny(file: string): unknown {
  return existsSync(file) ? readJson(file) : undefined;
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
