import { checkBody } from '../check-body';
import { parsePosted } from '../parse-posted-body';
import { workerEventsOfChange, ScimUserChangeSchema } from '../scim/scim-user-change';
import type { WebhookFormat } from '../webhook-format';
import { statementIdOf } from '../derive-worker-events';

export const SCIM_FORMAT = 'scim';

/**
 * Provisioning by SCIM 2.0 (RFC 7643 and 7644), as the clients of Entra and Okta speak it. It is spoken at an address of its own; what is
 * kept and read here is the statement that a change of a user makes.
 */
export const scimSource: WebhookFormat = {
  format: SCIM_FORMAT,
  spokenAt: 'scim',
  credential: { trust: 'bearer', token: { headers: ['authorization'] } },
  actsIfNamed: true,
  speaksOf: 'account',
  bodyTypes: ['application/json'],
  dedupeId: (posted) => {
    const { id, version } = checkBody(ScimUserChangeSchema, parsePosted(posted));
    return statementIdOf(id, String(version));
  },
  parse: (posted, mapping) => {
    const statement = checkBody(ScimUserChangeSchema, parsePosted(posted));
    const events = workerEventsOfChange(statement, posted.receivedAtMs, mapping);
    return events.length === 0 ? 'ignored' : events.map((event) => ({ kind: 'worker-event', event }));
  },
};
