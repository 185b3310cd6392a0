import { expect } from '@jest/globals';
import { hold, plan, APP } from './answers-of-the-app';
import { describeCommands, type AskingCommand } from './describe-commands';

const COMMANDS: readonly AskingCommand[] = [
  [['doctor'], 1, { organizations: [{ organization: 'acme', ready: false }] }],
  [['status'], 0, { organizations: [{ organization: 'acme', toSeeTo: [] }] }],
  [['explain', 'ana@acme.example'], 0, { person: 'ana@acme.example', groups: [{ group: 'Support' }] }],
  [['who', 'Support'], 0, { total: 2, withoutReason: 1, more: 0, members: [{}, { reasons: [] }] }],
  [['holds', 'list'], 1, { holds: [{ hash: hold.hash, people: 2 }] }],
  [['holds', 'show', 'ffff'], 0, { hash: hold.hash, people: 2 }],
  [['snapshot'], 0, { snapshot: 1, organization: 'acme', groups: [{}, { members: [0, 1, 2] }, {}, {}] }],
  [
    ['adopt', '--owner', 'Olga', '--ticket', 'GOV-1'],
    0,
    { hash: plan.hash, changes: [{ person: 'ana@acme.example' }, {}], leftOut: [{}], more: 0 },
  ],
  [['plan'], 0, { hash: plan.hash, leftOut: [{}], more: 0 }],
  [['undo', 'jira/REQ-7'], 0, { hash: plan.hash, changes: [{}, {}] }],
  [['plans', 'list'], 0, { plans: [{ hash: plan.hash, state: 'proposed' }] }],
  [['plans', 'show', 'eeee'], 0, { hash: plan.hash, notes: [expect.any(String)] }],
  [['apply', 'eeee', '--reason', 'agreed'], 0, { hash: plan.hash, done: 'applied', changes: 2 }],
  [['dead-letters', 'list'], 1, { changes: [{ id: 'letter-1' }], deliveries: [{}] }],
  [['dead-letters', 'show', 'letter-1'], 0, { is: 'change', id: 'letter-1' }],
  [
    ['history', 'ana@acme.example'],
    0,
    { kind: 'person', entries: [{ kind: 'membership-added' }], isWhole: true },
  ],
];

describeCommands(COMMANDS, APP);
