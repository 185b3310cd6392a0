import type { HttpRequest } from '@azure/functions';
import { z } from 'zod';
import { requirePrincipal, type SignInDeps } from '../console/require-sign-in';
import type { Participant } from '../domain/is-permitted';
import { readDeciderName } from '../domain/decider-name';
import { AppError } from '../errors';
import { checkBody } from '../webhooks/check-body';
import { parseJsonBody } from '../webhooks/json-body';
import { readBody } from './read-body';

const MAX_BYTES = 4_096;
const SaidSchema = z.looseObject({ by: z.string().optional() });

type DecisionSaid = Readonly<{ who: Participant; said: Readonly<Record<string, unknown>> }>;

/**
 * Who decides with a function key, and the fields of the body: the person whom the platform signed in, where the settings say that
 * it signs people in and it sends one, else whoever holds the key, under the name in `by`. A key alone is not enough: every
 * decision has a name.
 * @throws AppError `body-invalid` without a name that can be shown, `body-too-large`, `sign-in-needed` for a principal that is not one
 */
export async function identifyDecider(
  deps: Pick<SignInDeps, 'config' | 'clock' | 'log'>,
  request: Pick<HttpRequest, 'headers' | 'body'>,
): Promise<DecisionSaid> {
  const isSignedIn =
    deps.config.consoleSignIn === 'easy-auth' && request.headers.get('x-ms-client-principal') !== null;
  const person = isSignedIn ? requirePrincipal(deps, request.headers) : undefined;
  const raw = await readBody(request, MAX_BYTES);
  const said = raw.byteLength === 0 ? {} : checkBody(SaidSchema, parseJsonBody(raw));
  if (person !== undefined) return { who: person, said };
  const named = said.by === undefined ? { problem: 'is missing' } : readDeciderName(said.by);
  if ('problem' in named)
    throw new AppError('body-invalid', 'Say who decides: {"by": "name"}', {
      fields: [{ field: 'by', problem: named.problem }],
    });
  const { name } = named;
  const establishedAtMs = deps.clock.now();
  return {
    who: {
      by: { kind: 'key-holder', name, establishedBy: 'function-key', establishedAtMs },
      appRoles: [],
    },
    said,
  };
}
