import type { Meaning, WebhookFormat } from '../webhook-format';
import { serviceNowFlowSource } from './servicenow-flow';
import { standardTicketSource } from './own-contract';

const readTicket = serviceNowFlowSource.confirmed?.readTicket;

/**
 * The script include of our guide: our own contract, signed. Where the policy has ServiceNow asked, whatever gives somebody a
 * membership is read there; what ends one is signed, and needs no more.
 */
export const serviceNowSource: WebhookFormat = {
  ...standardTicketSource,
  format: 'servicenow',
  fetchBack: 'offered',
  confirmed: {
    parse: (posted, mapping) => {
      const meanings = standardTicketSource.parse(posted, mapping);
      return meanings === 'ignored' ? meanings : meanings.map(toLookUp);
    },
    ...(readTicket === undefined ? {} : { readTicket }),
  },
};

function toLookUp(meaning: Meaning): Meaning {
  if (meaning.kind !== 'access-request') return meaning;
  const { action, ticket } = meaning.request;
  const gives = action.kind === 'grant' || action.kind === 'extend';
  return gives ? { kind: 'ticket-look-up', ticketId: ticket.id } : meaning;
}
