import { endOfDayMs } from './effective-time';
import type { FieldProblem } from '../field-problem';
import type { LocalDate } from './worker-event';

/** An address of a person who asked or approved. */
export type Approval = Readonly<{ approver: string; approvedAtMs: number }>;

/** `conditions` are UiPath's own: the tokens of `conditionType` are passed on as they are. */
export type RuleDefinition = Readonly<{
  groups: readonly string[];
  conditions: ReadonlyArray<Readonly<{ claimName: string; conditionType: string; value: string }>>;
}>;

/** What an approved ticket asks for. Groups are named as in the policy; people by e-mail address. */
export type AccessRequestAction =
  | Readonly<{
      kind: 'grant' | 'extend';
      person: string;
      group: string;
      validFromMs: number;
      /** undefined: for as long as the policy of the group allows without an end. */
      validUntilMs: number | undefined;
      /** An end that is a day, until it is known whose. */
      untilDay?: LocalDate | undefined;
    }>
  | Readonly<{
      kind: 'revoke';
      person: string;
      group: string;
      /** The request whose grant ends; undefined ends every grant of this person to this group. */
      grantRequestId: string | undefined;
    }>
  | Readonly<{
      kind: 'create-rule' | 'update-rule';
      name: string;
      description: string;
      enabled: boolean;
      definition: RuleDefinition;
      owner: string;
      validUntilMs: number | undefined;
      untilDay?: LocalDate | undefined;
    }>
  | Readonly<{ kind: 'delete-rule'; name: string }>
  | Readonly<{
      kind: 'add-policy-entity' | 'remove-policy-entity';
      entityType: 'user' | 'group' | 'application';
      /** E-mail address of a user, name of a group or application. */
      name: string;
    }>;

export type AccessRequestKind = AccessRequestAction['kind'];

/** One approved request, the same for every ticket system. */
export type AccessRequest = Readonly<{
  /** The ticket system's id of the request, unique within its source and stable over redeliveries. */
  id: string;
  organization: string | undefined;
  /** When the approval was complete, epoch milliseconds. */
  occurredAtMs: number;
  ticket: Readonly<{ id: string; url: string | undefined }>;
  /** Empty where a revocation does not say: nobody has to ask for the end of a membership. */
  requester: string;
  /** When it was asked for, epoch milliseconds; undefined where the source does not say. */
  requestedAtMs?: number | undefined;
  approvals: readonly Approval[];
  action: AccessRequestAction;
  /** What it asks for was changed after its last approval, or may have been. */
  isChanged?: true;
  /** What stood beside a clear end of access and could not be used. */
  unusable?: readonly FieldProblem[];
}>;

/** True for what takes access away, or lets a rule give none. */
export function endsAccess(action: Readonly<{ kind: AccessRequestKind; enabled?: boolean }>): boolean {
  switch (action.kind) {
    case 'revoke':
    case 'delete-rule':
    case 'remove-policy-entity':
      return true;
    case 'create-rule':
    case 'update-rule':
      return action.enabled === false;
    case 'grant':
    case 'extend':
    case 'add-policy-entity':
      return false;
  }
}

/** The action with an instant for an end that is a day: the end of that day in the organization's zone. */
export function endInZone(action: AccessRequestAction, timeZone: string): AccessRequestAction {
  return 'untilDay' in action && action.untilDay !== undefined
    ? { ...action, untilDay: undefined, validUntilMs: endOfDayMs(action.untilDay, timeZone) }
    : action;
}

/** Two ticket systems may use the same number: inside, a request is known by its source and its id. */
export function qualifiedRequestId(source: string, id: string): string {
  return `${source}/${id}`;
}
