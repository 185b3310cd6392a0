import { z } from 'zod';
import type { Clock } from '../clock';
import { CONSOLE_SECRET } from '../domain/secret-places';
import { AppError } from '../errors';
import type { SecretStore, SecretVersions } from '../secrets/secret-store-interface';
import { readSession, SESSION_COOKIE } from './session-and-form-tokens';
import type { Visitor } from './visitor-permissions';

export type SignInDeps = Readonly<{
  config: Readonly<{ consoleSignIn: 'off' | 'key' | 'easy-auth' }>;
  secrets: Pick<SecretStore, 'read'>;
  clock: Pick<Clock, 'now'>;
}>;

export type SignedIn = Readonly<{ visitor: Visitor; keys: SecretVersions }>;

type Headers = Readonly<{ get: (name: string) => string | null }>;

const PrincipalSchema = z.object({
  auth_typ: z.string().min(1),
  claims: z.array(z.object({ typ: z.string(), val: z.string() })),
});

const OBJECT_ID = /^(?:oid|sub|.*\/(?:objectidentifier|nameidentifier))$/;

/**
 * The signed-in visitor of a request. The platform's headers count only where the settings say that the platform signs
 * people in: elsewhere any client could send them.
 * @throws AppError `page-unknown` where the console is switched off, `sign-in-needed`
 */
export async function requireSignIn(deps: SignInDeps, headers: Headers): Promise<SignedIn> {
  const { consoleSignIn } = deps.config;
  if (consoleSignIn === 'off') throw new AppError('page-unknown', 'The console is switched off');
  const keys = await deps.secrets.read(CONSOLE_SECRET);
  const visitor =
    consoleSignIn === 'easy-auth'
      ? readPrincipal(headers)
      : readSession(keys, cookieOf(headers, SESSION_COOKIE), deps.clock.now());
  if (visitor === undefined) throw new AppError('sign-in-needed', 'Sign in first');
  return { visitor, keys };
}

/** The person whom Easy Auth signed in; undefined where there is none. */
function readPrincipal(headers: Headers): Visitor | undefined {
  const name = headers.get('x-ms-client-principal-name')?.trim() ?? '';
  const encoded = headers.get('x-ms-client-principal') ?? '';
  if (name === '' || encoded === '') return undefined;
  const principal = PrincipalSchema.safeParse(parseJson(Buffer.from(encoded, 'base64').toString()));
  if (!principal.success) return undefined;
  const id = principal.data.claims.find(({ typ }) => OBJECT_ID.test(typ))?.val ?? name;
  return { name, via: 'easy-auth', id };
}

function cookieOf(headers: Headers, name: string): string {
  const cookies = (headers.get('cookie') ?? '').split(';').map((cookie) => cookie.trim());
  return cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
