import { BEN, GROUPS, ORGANIZATION } from '../../sandbox/demo-organization';
import { requestApproved } from '../../sandbox/events';
import { BEN_APPROVES, REQUESTER } from './approvers';
import { attacksOn } from './attack';
import type { AttackedStack } from './attacked-stack';
import { MORE_GROUPS } from './attacked-policy';
import type { Control } from './control';
import type { Target } from './target';

let rules = 0;

type Asked = Readonly<{
  groups?: readonly string[];
  conditions?: readonly object[];
  people?: Readonly<{ requester: string; approver: string }>;
  more?: object;
}>;

const department = { claimName: 'department', conditionType: 'Equals', value: 'Treasury' };

/** Asks for an authorization rule and tells whether UiPath has it. */
async function isRuleMade({ app }: Target, asked: Asked): Promise<boolean> {
  const attacked = await app();
  const name = `Attacked ${(rules += 1)}`;
  const { groups = [GROUPS.finance], conditions = [department], people = BEN_APPROVES, more = {} } = asked;
  await attacked.sayTicket({
    ...requestApproved(people, {
      kind: 'create-rule',
      name,
      owner: BEN,
      duration: 'P7D',
      definition: { groups, conditions },
    }),
    ...more,
  });
  // Rules have their turn after people: it is over when the next run of people is.
  await attacked.settle();
  await attacked.settle();
  return ruleNames(attacked).includes(name);
}

function ruleNames({ stack }: AttackedStack): readonly string[] {
  const { rules: known } = stack.uipath.organization(ORGANIZATION);
  return [...known.values()].map(({ name }) => name);
}

const ruleControl: Control = {
  id: 'an approved rule',
  says: 'A rule that was approved as the policy says is made in UiPath',
  works: async (target) => isRuleMade(target, {}),
};

/** An authorization rule is a grant to many: everything that binds a grant binds it. */
export const ruleAttacks = attacksOn('sender', ruleControl, [
  {
    id: 'rule-that-fills-administrators',
    tries: 'Asks, approved, for a rule that makes a department administrators',
    must: 'UiPath has no such rule',
    run: async (target) => isRuleMade(target, { groups: ['Administrators'] }),
  },
  {
    id: 'rule-that-fills-a-closed-group',
    tries: 'Asks, approved, for a rule that fills a group no ticket may open',
    must: 'UiPath has no such rule',
    run: async (target) => isRuleMade(target, { groups: [GROUPS.finance, GROUPS.developers] }),
  },
  {
    id: 'rule-that-fills-a-group-of-two-approvals',
    tries: 'Asks with one approval for a rule that fills a group which takes two',
    must: 'UiPath has no such rule',
    run: async (target) => isRuleMade(target, { groups: [MORE_GROUPS.twoEyes] }),
  },
  {
    id: 'rule-that-fills-a-group-of-others',
    tries: 'Somebody asks for a rule that fills a group they may not ask for',
    must: 'UiPath has no such rule',
    run: async (target) => isRuleMade(target, { groups: [MORE_GROUPS.keepers] }),
  },
  {
    id: 'rule-that-fills-an-observed-group',
    tries: 'Asks, approved, for a rule that fills a group which is only observed',
    must: 'UiPath has no such rule',
    run: async (target) => isRuleMade(target, { groups: [MORE_GROUPS.observed] }),
  },
  {
    id: 'rule-that-fills-what-is-kept-apart',
    tries: 'Asks, approved, for a rule that fills one of two groups which are kept apart',
    must: 'UiPath has no such rule',
    run: async (target) => isRuleMade(target, { groups: [MORE_GROUPS.payments] }),
  },
  {
    id: 'rule-that-matches-everybody',
    tries: 'Asks, approved, for a rule whose condition holds of everybody in the company',
    must: 'UiPath has no such rule',
    run: async (target) =>
      isRuleMade(target, {
        conditions: [{ claimName: 'email', conditionType: 'EndsWith', value: '@acme.example' }],
      }),
  },
  {
    id: 'rule-of-what-somebody-is-not',
    tries: 'Asks, approved, for a rule that matches whoever is not in a department',
    must: 'UiPath has no such rule',
    run: async (target) =>
      isRuleMade(target, { conditions: [{ ...department, conditionType: 'NotEquals', value: 'x' }] }),
  },
  {
    id: 'rule-without-conditions',
    tries: 'Asks, approved, for a rule without a condition',
    must: 'UiPath has no such rule',
    run: async (target) => isRuleMade(target, { conditions: [] }),
  },
  {
    id: 'rule-for-the-approver',
    tries: 'An approver approves a rule whose condition names their own address',
    must: 'UiPath has no such rule',
    run: async (target) =>
      isRuleMade(target, { conditions: [{ claimName: 'email', conditionType: 'Equals', value: BEN }] }),
  },
  {
    id: 'rule-approved-by-the-requester',
    tries: 'An approver approves the rule that they asked for',
    must: 'UiPath has no such rule',
    run: async (target) => isRuleMade(target, { people: { requester: BEN, approver: BEN } }),
  },
  {
    id: 'rule-approved-by-a-stranger',
    tries: 'Has somebody approve a rule whom the policy does not name',
    must: 'UiPath has no such rule',
    run: async (target) =>
      isRuleMade(target, { people: { requester: REQUESTER, approver: 'eve@acme.example' } }),
  },
]);
