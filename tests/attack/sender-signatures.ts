import { randomUUID } from 'node:crypto';
import { workerJoined } from '../../sandbox/events';
import { signPosting } from '../../sandbox/sender';
import type { SigningSecrets } from '../../shared/webhooks/signature';
import { attacksOn } from './attack';
import { madeUpSecret, type AttackedStack } from './attacked-stack';
import { joinerControl, joins, joinsOrIsKept, type Body } from './attempts';

const MINUTE_MS = 60_000;
type Secret = SigningSecrets['current'];

function signatureOf(secret: Secret, body: Body, id: string, atMs = Date.now()): string {
  return signPosting(secret, JSON.stringify(body), id, atMs).headers['webhook-signature'] ?? '';
}

const own = (app: AttackedStack): Secret => app.stack.hr().signingSecret;

/** Deliveries of the standard contract by somebody who does not have the secret, or has seen deliveries of whoever has it. */
export const signatureAttacks = attacksOn('sender', joinerControl, [
  {
    id: 'signature-of-another-secret',
    tries: 'Announces a joiner, signed with a secret of the attacker',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) => app.sayHr(body, { secret: madeUpSecret() })),
  },
  {
    id: 'signature-missing',
    tries: 'Announces a joiner without any header of a signature',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) =>
        app.sayHr(body, {
          headers: { 'webhook-id': '', 'webhook-timestamp': '', 'webhook-signature': '' },
        }),
      ),
  },
  {
    id: 'signature-empty',
    tries: 'Announces a joiner with a signature of no bytes, in several spellings',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) => {
        for (const nothing of ['v1,', 'v1', ',', 'v1, v1,', 'v1,=', 'v1,undefined'])
          await app.sayHr(body, { headers: { 'webhook-signature': nothing } });
      }),
  },
  {
    id: 'signature-of-another-version',
    tries: 'Names a version of the signature that is not checked',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) => {
        for (const version of ['v0', 'v2', 'v1a', 'none'])
          await app.sayHr(body, {
            headers: { 'webhook-signature': `${version},${signatureOf(madeUpSecret(), body, 'x')}` },
          });
      }),
  },
  {
    id: 'signature-cut-short',
    tries: 'Shows the first half of a signature that was seen',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) => {
        const id = randomUUID();
        const half = signatureOf(own(app), body, id).slice(0, 25);
        return app.sayHr(body, { id, headers: { 'webhook-signature': half } });
      }),
  },
  {
    id: 'signature-list-of-guesses',
    tries: 'Shows a thousand guessed signatures in one header',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) => {
        const guesses = Array.from({ length: 150 }, () => signatureOf(madeUpSecret(), body, 'x'));
        return app.sayHr(body, { headers: { 'webhook-signature': guesses.join(' ') } });
      }),
  },
  {
    id: 'body-changed-after-signing',
    tries: 'Changes whom a signed delivery is about',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body, email) => {
        const seen = JSON.stringify(body).replace(email, 'x@acme.example');
        return app.sayHr(seen, { pieces: [JSON.stringify(body)] });
      }),
  },
  {
    id: 'body-longer-than-signed',
    tries: 'Adds a second body behind the signed one',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) =>
        app.sayHr({ type: 'ping' }, { pieces: ['{"type":"ping"}', '\n', JSON.stringify(body)] }),
      ),
  },
  {
    id: 'time-long-past',
    tries: 'Sends a delivery that was signed six minutes ago for the first time',
    must: 'Nobody joins: it is too old',
    run: async (target) =>
      joins(target, async (app, body) => app.sayHr(body, { atMs: Date.now() - 6 * MINUTE_MS })),
  },
  {
    id: 'time-far-ahead',
    tries: 'Sends a delivery that is signed for in six minutes, to have it good for longer',
    must: 'Nobody joins: it is from the future',
    run: async (target) =>
      joins(target, async (app, body) => app.sayHr(body, { atMs: Date.now() + 6 * MINUTE_MS })),
  },
  {
    id: 'time-renewed',
    tries: 'Gives an old signed delivery the time of now',
    must: 'Nobody joins and nothing is kept: the time is signed',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) =>
        app.sayHr(body, {
          atMs: Date.now() - 60 * MINUTE_MS,
          headers: { 'webhook-timestamp': String(Math.floor(Date.now() / 1000)) },
        }),
      ),
  },
  {
    id: 'time-unreadable',
    tries: 'Signs with a time that no clock shows',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) => {
        for (const time of ['NaN', '1e12', '-1', '0x6789', ' ', '9'.repeat(40)])
          await app.sayHr(body, { headers: { 'webhook-timestamp': time } });
      }),
  },
  {
    id: 'id-changed',
    tries: 'Gives a signed delivery another id, to have it followed twice',
    must: 'It is refused: the id is signed',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) => app.sayHr(body, { headers: { 'webhook-id': 'msg_other' } })),
  },
  {
    id: 'id-and-time-shifted',
    tries: 'Moves the dots between id, time and body, so that the signed bytes stay the same',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) => {
        const seconds = String(Math.floor(Date.now() / 1000));
        const text = JSON.stringify(body);
        const seen = signatureOf(own(app), body, `m.${seconds}`);
        await app.sayHr(text, {
          headers: { 'webhook-id': 'm', 'webhook-timestamp': seconds, 'webhook-signature': seen },
        });
      }),
  },
  {
    id: 'secret-of-another-feed',
    tries: 'Announces a joiner, signed with the secret of the ticket system',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) =>
        app.sayHr(body, { secret: app.stack.tickets().signingSecret }),
      ),
  },
  {
    id: 'secret-of-another-source',
    tries: 'Announces a joiner for one source, signed with the secret of another',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) => app.sayHr(body, { secret: app.secrets.globex })),
  },
  {
    id: 'secret-that-is-published',
    tries: 'Signs with the secret that the documentation of the standard shows',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) =>
        app.sayHr(body, { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }),
      ),
  },
  {
    id: 'secret-of-no-bytes',
    tries: 'Signs with an empty key',
    must: 'Nobody joins and nothing is kept',
    run: async (target) => joinsOrIsKept(target, async (app, body) => app.sayHr(body, { secret: 'whsec_' })),
  },
  {
    id: 'header-sent-twice',
    tries: 'Sends two signatures in two headers of one name, one of them right for another body',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) => {
        const id = randomUUID();
        const other = signatureOf(own(app), workerJoined('x@acme.example', {}) as Body, id);
        const wrong = signatureOf(madeUpSecret(), body, id);
        return app.sayHr(body, { id, headers: { 'webhook-signature': `${wrong}, ${other}` } });
      }),
  },
]);
