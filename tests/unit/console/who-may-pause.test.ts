import { describe, expect, it } from '@jest/globals';
import type { DecideDeps } from '../../../shared/console/carry-out-decision';
import { decideAsVisitor } from '../../../shared/console/decide-as-visitor';
import { DECISION_ROLES, type DecisionRole } from '../../../shared/domain/decision-rules';
import { createPolicyMemory } from '../../../shared/access/ledger/organization/policy-versions';
import { createOwnRecords } from '../../../shared/access/ledger/organization/version-in-force';
import { NEW_ORGANIZATION_LEDGER } from '../../../shared/domain/ledger/organization-ledger';
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
const depsWith = (policyHash: string): DecideDeps => {
  const policy = async () => ({ hash: 'h', organizations, sources: [] });
  const clock = { now: () => 0 };
  const read = async () => ({ value: { ...NEW_ORGANIZATION_LEDGER, policyHash } }) as never;
  return {
    policy,
    policyLookedAgain: policy,
    ownRecords: createOwnRecords({ ledger: { read }, clock }),
    policyMemory: createPolicyMemory(),
    log: () => undefined,
    clock,
  } as unknown as DecideDeps;
};

async function tried(
  what: string,
  appRoles: readonly DecisionRole[],
  isPerson = true,
  deps = depsWith('h'),
): Promise<string> {
  const by = isPerson ? signedInPerson('maria.lead@acme.example') : keyHolder('Maria');
  const fields = new URLSearchParams({ reason: ' ', by: 'policy', role: 'approver' });
  const [page = '', id = ''] = what.includes('/') ? what.split('/') : ['today', what];
  const decision = { organization: 'acme', page, id, fields };
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

describe('while another version of the policy is in force', () => {
  it.each<[string, string]>([
    ['pause', 'body-invalid'],
    ['resume', 'policy-not-in-force'],
    ['plans/hash', 'policy-not-in-force'],
    ['dead-letters/id', 'policy-not-in-force'],
    ['replay/id', 'policy-not-in-force'],
    ['audits/id', 'policy-not-in-force'],
    ['findings/id', 'policy-not-in-force'],
    ['people/key', 'policy-not-in-force'],
  ])('only a stop is open to whom the version of this process lets decide: %s', async (what, code) => {
    expect(await tried(what, ['approver', 'operator'], true, depsWith('another'))).toBe(code);
  });

  it('whoever may not look is told nothing of it', async () => {
    expect(await tried('resume', [], true, depsWith('another'))).toBe('not-permitted');
  });
});
