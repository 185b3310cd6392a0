import type { HumanDecider } from './decider';
import { DECISION_ROLES, type DecisionRole, type RoleHolders } from './decision-rules';
import { fold } from './fold';
import type { OrganizationPolicy } from './policy';

/** Somebody who asks or decides, with the app roles that Entra ID says they have. */
export type Participant = Readonly<{ by: HumanDecider; appRoles: readonly string[] }>;

/** `read`: look. `operate`: retry, close, waive, say who is who. `release`: holds, the plans of findings, and pauses. */
export type Power = 'read' | 'operate' | 'release';

const ROLES_OF: Readonly<Record<Power, readonly DecisionRole[]>> = {
  read: DECISION_ROLES,
  operate: ['operator'],
  release: ['approver'],
};

type WhoMay = Pick<OrganizationPolicy, 'console' | 'decisions'>;

/** Whether somebody may. Where roles are named, nobody may without one, and an auditor decides nothing whatever else they are. */
export function isPermitted(power: Power, who: Participant, { console, decisions }: WhoMay): boolean {
  const { roles } = decisions;
  if (roles === undefined) {
    const named = power === 'read' ? [console.readers, console.operators] : [console.operators];
    const { by } = who;
    return (
      by.kind === 'key-holder' || named.some((people) => people === 'anyone' || people.has(fold(by.name)))
    );
  }
  const has = (role: DecisionRole): boolean => isHolder(roles[role], who);
  return ROLES_OF[power].some(has) && (power === 'read' || !has('auditor'));
}

function isHolder({ appRoles, people, keys }: RoleHolders, { by, appRoles: theirs }: Participant): boolean {
  return by.kind === 'key-holder'
    ? keys.has(by.establishedBy)
    : people.has(fold(by.objectId)) || theirs.some((role) => appRoles.has(role));
}
