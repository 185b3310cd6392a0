import type { ChangeKind, PlannedChange } from './proposed-plan';

const CHANGES_IN_WORDS: Readonly<Record<ChangeKind, string>> = {
  'add-reason': 'a reason',
  'forget-reason': 'no reason any more',
  'end-reason': 'the end of a reason',
  'give-back': 'back, with a reason',
  'add-worker': 'works here',
  'move-worker': 'is described otherwise',
  'move-worker-out': 'is described otherwise, and loses a group',
  'add-member': 'into the group',
  'remove-member': 'out of the group',
  'write-rule': 'the rule is written',
  'delete-rule': 'the rule is deleted',
  'add-entry': 'the entry is added',
  'remove-entry': 'the entry is removed',
};

/** What a change does, in some words. */
export function inWords({ change }: Pick<PlannedChange, 'change'>): string {
  return CHANGES_IN_WORDS[change];
}

/** A change as a sentence. `person`: what whoever it is about is called. */
export function changeInWords({ change, at }: Pick<PlannedChange, 'change' | 'at'>, person: string): string {
  switch (change) {
    case 'add-reason':
      return `${person} stays in ${at}, with a reason`;
    case 'forget-reason':
      return `${person} stays in ${at}, without a reason`;
    case 'end-reason':
      return `End the reason of ${person} for ${at}`;
    case 'give-back':
      return `Put ${person} back into ${at}`;
    case 'add-worker':
      return `${person} works here, says ${at}`;
    case 'move-worker':
      return `${person} is described otherwise by ${at}`;
    case 'move-worker-out':
      return `${person} is described otherwise by ${at}, and loses a group`;
    case 'add-member':
      return `Add ${person} to ${at}`;
    case 'remove-member':
      return `Remove ${person} from ${at}`;
    case 'write-rule':
      return `Write the rule ${at} again`;
    case 'delete-rule':
      return `Delete the rule ${at}`;
    case 'add-entry':
      return `Add the entry ${at} to the access policy`;
    case 'remove-entry':
      return `Remove the entry ${at} from the access policy`;
  }
}
