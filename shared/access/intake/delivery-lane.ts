import type { Meaning, Meanings } from '../../webhooks/webhook-format';
import type { Lane } from '../../domain/lane';

/** The lane of a delivery: `urgent` for leavers and revokes, so that access is taken away first. */
export function chooseLane(meanings: Meanings): Lane {
  return meanings !== 'ignored' && meanings.some(takesAway) ? 'urgent' : 'normal';
}

function takesAway(meaning: Meaning): boolean {
  switch (meaning.kind) {
    case 'worker-event':
      return meaning.event.kind === 'leaver';
    case 'access-request':
      return meaning.request.action.kind === 'revoke';
    case 'withdrawal':
      return true;
    case 'look-up':
      return meaning.lookUp.said.kind === 'leaver';
    case 'ticket-look-up':
    case 'unusable':
      return false;
  }
}
