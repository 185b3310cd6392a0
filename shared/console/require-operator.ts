import { readDeciderName } from '../domain/decider-name';
import { CONSOLE_SECRET } from '../domain/secret-places';
import { AppError, errorCodeOf } from '../errors';
import { personKey } from '../domain/person-key';
import { clientOf, type HeadersAsked } from './client-address';
import { logRefusal, requirePrincipal, type SignInDeps } from './require-sign-in';
import { deriveConsoleKeys, isKey } from './session-and-form-tokens';
import { takeKey } from './take-key';
import type { Visitor } from './visitor-permissions';

/** What somebody says of themselves with the key: who they are, and the key. */
type KeySaid = Readonly<{ name: string; key: string }>;

/**
 * Who calls the API of the command line, by what the console goes by: the person whom the platform signed in, or whoever sends the
 * console's key, under the name that they give themselves (HTTP Basic, RFC 7617, in UTF-8). No cookie is looked at, and none is given:
 * a browser has nothing to send. A wrong key counts as one in the console does.
 * @throws AppError `page-unknown` where the console is switched off, `sign-in-needed`, `sign-in-too-often`, `secret-invalid`
 */
export async function requireOperator(
  deps: SignInDeps,
  { headers }: Readonly<{ headers: HeadersAsked }>,
): Promise<Visitor> {
  const { consoleSignIn } = deps.config;
  if (consoleSignIn === 'off')
    throw new AppError('page-unknown', 'Nobody signs in here: CONSOLE_SIGN_IN is off');
  if (consoleSignIn === 'easy-auth') return requirePrincipal(deps, headers);
  const said = readBasic(headers.get('authorization') ?? '');
  if (said === undefined) throw new AppError('sign-in-needed', 'Send your name and the key of the console');
  const named = readDeciderName(said.name);
  if ('problem' in named) {
    logRefusal(deps, headers, 'name-refused');
    throw new AppError('sign-in-needed', `The name that you give yourself ${named.problem}`);
  }
  const { name } = named;
  await requireKey(deps, headers, { key: said.key, name });
  const establishedAtMs = deps.clock.now();
  return {
    by: { kind: 'key-holder', name, establishedBy: 'console-key', establishedAtMs },
    appRoles: [],
    id: `key:${name}`,
  };
}

/** @throws AppError `sign-in-needed` for a wrong key, `sign-in-too-often`, `secret-invalid` */
async function requireKey(deps: SignInDeps, headers: HeadersAsked, said: KeySaid): Promise<void> {
  const keys = deriveConsoleKeys(await deps.secrets.read(CONSOLE_SECRET));
  let isRight: boolean;
  try {
    isRight = await takeKey(deps, clientOf(headers), () => isKey(keys, said.key));
  } catch (error) {
    logRefusal(deps, headers, errorCodeOf(error));
    throw error;
  }
  if (isRight) {
    deps.log({ event: 'operator-signed-in', person: personKey(said.name), client: clientOf(headers) });
    return;
  }
  logRefusal(deps, headers, 'wrong-key');
  throw new AppError('sign-in-needed', 'This is not the key');
}

/** No key has a colon: a name may. */
function readBasic(header: string): KeySaid | undefined {
  const [, encoded] = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header) ?? [];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  const at = text.lastIndexOf(':');
  return at < 0 || text.includes('\u{FFFD}')
    ? undefined
    : { name: text.slice(0, at), key: text.slice(at + 1) };
}
