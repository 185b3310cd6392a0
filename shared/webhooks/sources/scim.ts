import { checkBody } from '../validate-body';
import { parsePosted } from '../posted-body';
import { eventsOf, ScimStatementSchema } from '../scim/scim-statement';
import type { WebhookSource } from '../webhook-source';
import { idOf } from '../worker-statement';

export const SCIM_FORMAT = 'scim';

/**
 * Provisioning by SCIM 2.0 (RFC 7643 and 7644), as the clients of Entra and Okta speak it. It is spoken at an address of its own; what is
 * kept and read here is the statement that a change of a user makes.
 */
export const scimSource: WebhookSource = {
  format: SCIM_FORMAT,
  spokenAt: 'scim',
  credential: { trust: 'bearer', token: { headers: ['authorization'] } },
  actsIfNamed: true,
  bodyTypes: ['application/json'],
  dedupeId: (posted) => {
    const { id, version } = checkBody(ScimStatementSchema, parsePosted(posted));
    return idOf(id, String(version));
  },
  parse: (posted, mapping) => {
    const statement = checkBody(ScimStatementSchema, parsePosted(posted));
    const events = eventsOf(statement, posted.receivedAtMs, mapping);
    return events.length === 0 ? 'ignored' : events.map((event) => ({ kind: 'worker-event', event }));
  },
};
