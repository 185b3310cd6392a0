import { describe, expect, it } from '@jest/globals';
import type { DecideDeps } from '../../../shared/console/carry-out-decision';
import { decideAsVisitor } from '../../../shared/console/decide-as-visitor';
import { DECISION_ROLES, type DecisionRole } from '../../../shared/domain/decision-rules';
import { errorCodeOf } from '../../../shared/errors';
import { anOrganization } from '../../fixtures/builders/organizations';
import { keyHolder } from '../../fixtures/key-holder';
import { signedInPerson } from '../../fixtures/signed-in-person';

const roles = Object.fromEntries(
  DECISION_ROLES.map((role) => [role, { appRoles: new Set([role]), people: new Set(), keys: new Set() }]),
) as never;
const twoPeople = { criticalWaivers: true, releasesOver: 0, correctedIds: true };
const organizations = new Map(
  ['acme', 'beta'].map((alias) => [alias, anOrganization({ alias, decisions: { roles, twoPeople } })]),
);
/** Whoever may gets as far as to be asked why. Nothing else is reached. */
const deps = {
  policy: async () => ({ hash: 'h', organizations, sources: [] }),
  clock: { now: () => 0 },
} as unknown as DecideDeps;

async function tried(what: string, appRoles: readonly DecisionRole[], isPerson = true): Promise<string> {
  const by = isPerson ? signedInPerson('maria.lead@acme.example') : keyHolder('Maria');
  const fields = new URLSearchParams({ reason: ' ', by: 'policy', role: 'approver' });
  const decision = { organization: 'acme', page: 'today', id: what, fields };
  return decideAsVisitor(deps, { by, appRoles, id: 'v' }, decision).then(() => 'done', errorCodeOf);
}

describe.each(['pause', 'resume'])('to %s an organization', (what) => {
  it.each<[readonly DecisionRole[], string]>([
    [[], 'not-permitted'],
    [['reader'], 'not-permitted'],
    [['operator'], 'not-permitted'],
    [['auditor'], 'not-permitted'],
    [['approver', 'auditor'], 'not-permitted'],
    [['approver'], 'body-invalid'],
  ])('is for whoever may release: %j', async (held, code) => {
    expect(await tried(what, held)).toBe(code);
  });

  it('is for no holder of a key that the policy does not name', async () => {
    expect(await tried(what, ['approver'], false)).toBe('not-permitted');
  });
});

it('knows no other decision there', async () => {
  expect(await tried('pause-all', ['approver'])).toBe('page-unknown');
});
