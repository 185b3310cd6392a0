import { describe, expect, it } from '@jest/globals';
import type { ValidateFunction } from 'ajv';
import { ALL_REPORTS, eventfulReport } from '../../fixtures/audit-reports';
import { compile } from '../../fixtures/schemas/closed';
import { ocsfDocumentsOf, oscalDocumentOf } from '../../fixtures/schemas/foreign-documents';
import { mutantsOf, type Mutant } from '../../fixtures/schemas/mutants';
import { OCSF_AS_EMITTED } from '../../fixtures/schemas/ocsf-as-emitted';
import { OSCAL_AS_EMITTED } from '../../fixtures/schemas/oscal-as-emitted';

const takesOscal = compile(OSCAL_AS_EMITTED);
const takesOcsf = compile(OCSF_AS_EMITTED);

describe('OSCAL as emitted', () => {
  it.each(ALL_REPORTS)('has these members with these values and no others, for %s', (_what, night) => {
    expect([takesOscal(oscalDocumentOf(night)), takesOscal.errors]).toEqual([true, null]);
  });

  it('has nothing that may be missing, added or of another type, but for what a night need not have', () => {
    const mutants = shapesOf(oscalDocumentOf(eventfulReport()));
    expect(mutants.length).toBeGreaterThan(3_000);
    expect(placesTaken(mutants, takesOscal)).toEqual([
      '/assessment-results/results/*/findings dropped',
      '/assessment-results/results/*/findings/* dropped',
      '/assessment-results/results/*/findings/*/related-observations/* dropped',
      '/assessment-results/results/*/observations dropped',
      '/assessment-results/results/*/observations/* dropped',
      '/assessment-results/results/*/observations/*/props/* dropped',
      '/assessment-results/results/*/props/* dropped',
      '/assessment-results/results/*/risks dropped',
      '/assessment-results/results/*/risks/*/deadline dropped',
    ]);
  });
});

describe('OCSF as emitted', () => {
  it.each(ALL_REPORTS)(
    'has a line per finding, each with these attributes and no others, for %s',
    (_what, night) => {
      const events = ocsfDocumentsOf(night);
      expect(events).toHaveLength(night.findings.length);
      for (const event of events) expect([takesOcsf(event), takesOcsf.errors]).toEqual([true, null]);
    },
  );

  it('has nothing that may be missing, added or of another type, but for what a finding need not have', () => {
    const mutants = ocsfDocumentsOf(eventfulReport()).flatMap((event) => shapesOf(event));
    expect(mutants.length).toBeGreaterThan(3_000);
    expect(placesTaken(mutants, takesOcsf).filter((place) => !place.startsWith('/unmapped/'))).toEqual([
      '/compliance/status_details dropped',
      '/finding_info/modified_time dropped',
    ]);
  });
});

const SHAPES = /( dropped| renamed| emptied| with another member| made .*)$/;

function shapesOf(document: unknown): readonly Mutant[] {
  return [...mutantsOf(document)].filter(({ what }) => SHAPES.test(what));
}

/** Where a mutant was not refused, without the numbers of items. */
function placesTaken(mutants: readonly Mutant[], takes: ValidateFunction): readonly string[] {
  const taken = mutants.filter(({ document }) => takes(document));
  return [...new Set(taken.map(({ what }) => what.replaceAll(/\/[0-9]+(?=[/ ])/g, '/*')))].toSorted();
}
