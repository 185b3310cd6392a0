import { readExportPage, type ExportPageDeps } from '../access/desk/evidence/export-page';
import { verifyPerson, type VerifyPersonDeps } from '../access/desk/evidence/verify-person';
import type { VerifyOrganization } from '../access/desk/evidence/verify-organization';
import { permissionsOf, type Visitor } from '../console/visitor-permissions';
import type { OrganizationPolicy } from '../domain/policy';
import { wordIn, type OperatorQuery } from './operator-query';

export type EvidenceQuestionDeps = VerifyPersonDeps &
  ExportPageDeps &
  Readonly<{ verifyOrganization: VerifyOrganization }>;

/** A signed note has a few lines, and a cursor names one row. */
const LONGEST_NOTE = 2_000;

/** What the evidence proves, and the evidence itself; undefined: the question is about something else. */
export async function answerAboutEvidence(
  deps: EvidenceQuestionDeps,
  visitor: Visitor,
  organization: OrganizationPolicy,
  { what }: Readonly<{ what: string }>,
  query: OperatorQuery,
): Promise<unknown> {
  switch (what) {
    case 'evidence-verified': {
      const person = wordIn(query, 'person');
      return person === undefined
        ? deps.verifyOrganization(organization, noteIn(query))
        : verifyPerson(deps, organization, person);
    }
    case 'evidence-export':
      return readExportPage(
        deps,
        organization,
        { by: visitor.by, mayDecide: (other) => permissionsOf(visitor, other).operate },
        wordIn(query, 'cursor', LONGEST_NOTE),
      );
    default:
      return undefined;
  }
}

/** The note ends with a line break, which belongs to it. */
function noteIn(query: OperatorQuery): string | undefined {
  const note = wordIn(query, 'checkpoint', LONGEST_NOTE);
  return note === undefined ? undefined : `${note}\n`;
}
