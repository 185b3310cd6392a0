import { CONSOLE_SECRET } from '../domain/secret-places';
import type { Clock } from '../clock';
import { AppError } from '../errors';
import type { Log } from '../log-interface';
import type { SecretStore } from '../secrets/secret-store-interface';
import type { SignIns } from '../storage/desk/sign-ins';
import { clientOf, type HeadersAsked } from './client-address';
import { readPrincipal, type EasyAuthSettings } from './easy-auth';
import { deriveConsoleKeys, readSession, type ConsoleKeys, type Session } from './session-and-form-tokens';
import { readSessionCookie } from './session-cookie';
import type { Visitor } from './visitor-permissions';

export type SignInDeps = Readonly<{
  config: Readonly<{ consoleSignIn: 'off' | 'key' | 'easy-auth'; easyAuth: EasyAuthSettings }>;
  secrets: Pick<SecretStore, 'read'>;
  signIns: SignIns;
  clock: Pick<Clock, 'now'>;
  log: Log;
}>;

/** `session` where the visitor signed in with the key. */
export type SignedIn = Readonly<{ visitor: Visitor; keys: ConsoleKeys; session?: Session }>;

type Asking = Readonly<{ headers: HeadersAsked; url: string }>;

/**
 * The signed-in visitor of a request. The platform's headers count only where the settings say that the platform signs people in
 * and the platform says so too; a session with the key, until it ends, is signed out of, or the key is another.
 * @throws AppError `page-unknown` where the console is switched off, `sign-in-needed`, `secret-invalid`
 */
export async function requireSignIn(deps: SignInDeps, request: Asking): Promise<SignedIn> {
  const { consoleSignIn } = deps.config;
  if (consoleSignIn === 'off') throw new AppError('page-unknown', 'The console is switched off');
  const keys = deriveConsoleKeys(await deps.secrets.read(CONSOLE_SECRET));
  if (consoleSignIn === 'easy-auth') return { visitor: requirePrincipal(deps, request.headers), keys };
  const cookie = readSessionCookie(request);
  const session = readSession(keys, cookie, deps.clock.now());
  const isEnded = session !== undefined && (await deps.signIns.isEnded(session.id));
  if (session === undefined || isEnded) {
    if (cookie !== '') logRefusal(deps, request.headers, isEnded ? 'session-ended' : 'session-invalid');
    throw needed();
  }
  const { name, id, sinceMs } = session;
  const by = { kind: 'key-holder', name, establishedBy: 'console-key', establishedAtMs: sinceMs } as const;
  return { visitor: { by, appRoles: [], id: `session:${id}` }, keys, session };
}

/** The person whom the platform signed in. Why there is none is in the log. @throws AppError `sign-in-needed` */
export function requirePrincipal(
  { config, clock, log }: Pick<SignInDeps, 'config' | 'clock' | 'log'>,
  headers: HeadersAsked,
): Visitor {
  const read = readPrincipal(config.easyAuth, headers, clock.now());
  if ('by' in read) return { ...read, id: `person:${read.by.tenantId}:${read.by.objectId}` };
  logRefusal({ log }, headers, read.refusal);
  throw needed();
}

/** One line for each refusal: why, and a hash of where it came from. */
export function logRefusal({ log }: Pick<SignInDeps, 'log'>, headers: HeadersAsked, why: string): void {
  log({ event: 'console-sign-in-refused', why, client: clientOf(headers) });
}

function needed(): AppError {
  return new AppError('sign-in-needed', 'Sign in first');
}
