import { CommandFailure } from '../command-failure';
import type { CommandIo } from '../command-io';

/** How somebody says which app they mean, and who they are. */
export type ConnectionOptions = Readonly<{
  url?: string;
  organization?: string;
  as?: string;
  keyStdin?: true;
  tokenStdin?: true;
}>;

/** Where the app is, and the header that signs every question. */
export type SignedTo = Readonly<{ base: URL; authorization: string }>;

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
const LONGEST_SECRET = 16_384;

const HOW = `In Azure, with a token of Entra ID for the app's own registration:
  ACCESS_TOKEN="$(az account get-access-token --scope <client id of the app>/.default --query accessToken --output tsv)"
With "npm start", with the key that it prints and your name:
  ACCESS_KEY=<key> ACCESS_NAME=<your name or address>`;

/**
 * Which app is meant and how this user signs in there. A token or key comes from the environment or the standard input, never from an
 * argument, where others of the machine would see it.
 * @throws CommandFailure `url-missing`, `url-invalid`, `sign-in-missing`
 */
export async function signIn(
  io: Pick<CommandIo, 'env' | 'readStdin'>,
  options: ConnectionOptions,
): Promise<SignedTo> {
  const base = toBase(options.url ?? io.env('ACCESS_URL'));
  if (options.keyStdin === true && options.tokenStdin === true)
    throw new CommandFailure('sign-in-missing', 'The standard input is either a key or a token');
  const said = options.keyStdin === true || options.tokenStdin === true ? await io.readStdin() : undefined;
  if (said?.trim() === '') throw new CommandFailure('sign-in-missing', 'The standard input is empty');
  const isKey = options.keyStdin === true;
  const token = isKey ? undefined : (said ?? io.env('ACCESS_TOKEN'));
  const key = isKey ? said : io.env('ACCESS_KEY');
  if (token !== undefined && !(key !== undefined && options.as !== undefined && said === undefined))
    return { base, authorization: `Bearer ${checked(token, /^[\w.~+/=-]+$/, 'token')}` };
  if (key === undefined)
    throw new CommandFailure('sign-in-missing', 'Nothing says who you are', { hint: HOW });
  const name = options.as ?? io.env('ACCESS_NAME');
  if (name === undefined)
    throw new CommandFailure(
      'sign-in-missing',
      'A key does not say who has it: name yourself with --as or ACCESS_NAME',
      {
        hint: 'It is recorded with every decision. Use your address: then nobody decides about themselves.',
      },
    );
  const secret = checked(key, /^[\w+/=-]+$/, 'key');
  return { base, authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}` };
}

/** What was said is never in an error. */
function checked(said: string, form: RegExp, what: string): string {
  const trimmed = said.trim();
  if (trimmed.length <= LONGEST_SECRET && form.test(trimmed)) return trimmed;
  throw new CommandFailure(
    'sign-in-missing',
    `The ${what} has characters in it that none has: is it the right text?`,
  );
}

function toBase(said: string | undefined): URL {
  if (said === undefined)
    throw new CommandFailure('url-missing', 'Which app? Name it with --url or ACCESS_URL', {
      hint: 'Such as https://<app>.azurewebsites.net, or with "npm start" http://127.0.0.1:7071',
    });
  let url: URL;
  try {
    url = new URL(said.trim());
  } catch (cause) {
    throw new CommandFailure('url-invalid', 'The address of the app is none', {
      cause,
      hint: 'Such as https://<app>.azurewebsites.net',
    });
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new CommandFailure(
      'url-invalid',
      'The address of the app has no user, password, query or fragment',
    );
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.has(url.hostname)))
    throw new CommandFailure(
      'url-invalid',
      'The address of the app begins with https:// (http:// on this machine only)',
    );
  // Whoever copies the address of the console means the app.
  url.pathname = `${url.pathname.replace(/\/(?:api(?:\/console.*)?)?\/?$/, '')}/`;
  return url;
}
