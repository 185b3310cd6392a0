/** What an address is for: `base`, to which paths are added; `whole`, called as it is. On a development machine loopback is taken. */
export type AddressUse = Readonly<{ called: 'base' | 'whole'; development: boolean }>;

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const LITERAL = /^(\d{1,3}(\.\d{1,3}){3}|\[.*\])$/;
/** Special-use names (RFC 6761, 6762, 8375) and those that networks give their own machines. A name without a dot is one of them. */
const INTERNAL = /(^|\.)(localhost|localdomain|local|internal|intranet|private|corp|home|lan|home\.arpa)$/;
const UIPATH = /(^|\.)uipath\.(com|us)$/;
/** Of the clouds of Azure, and of accounts in a DNS zone of their own. */
const BLOBS =
  /^[a-z0-9-]+(\.z\d+)?\.blob\.(core\.(windows\.net|usgovcloudapi\.net|chinacloudapi\.cn)|storage\.azure\.net)$/;
const CONTAINER = /^\/(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/;
const LIKE_UIPATH = /(^|[.-])uipath\.(com|us)[.-]/;

/**
 * Why a secret or somebody's data must not be sent to an address, or undefined. The one rule for every address of the policy and of
 * the settings. The host is judged as the URL standard reads it, so that an address in octal, hexadecimal, as one number or mapped into
 * IPv6 is an IP address like any other, and all of those are refused: a service is named. What a name resolves to is not looked up.
 */
export function faultInAddress(text: string, { called, development }: AddressUse): string | undefined {
  const [, authority] = /^https?:\/\/([^/?#]+)/i.exec(text) ?? [];
  if (authority === undefined || !/^[\x21-\x5b\x5d-\x7e]+$/.test(text) || !URL.canParse(text))
    return 'is not an address in plain ASCII that begins with https://';
  if (authority.includes('@')) return 'has a user before its host: what stands before the @ is no host';
  if (text.includes('#') || (called === 'base' && text.includes('?')))
    return called === 'base' ? 'must end with its path, without ? and #' : 'must have no #';
  const { protocol, hostname } = new URL(text);
  if (LOOPBACK.test(hostname))
    return development
      ? undefined
      : 'is this machine: for development only (AZURE_FUNCTIONS_ENVIRONMENT is Development)';
  if (protocol !== 'https:') return 'must begin with https://';
  if (LITERAL.test(hostname)) return 'is an IP address: name the host';
  if (hostname.endsWith('.')) return 'has a dot at the end of its host';
  return INTERNAL.test(hostname) || !hostname.includes('.')
    ? 'is in an internal network: name a host that is known outside'
    : undefined;
}

/** Why UiPath is not called at an address: the rule above, and no host that only looks like UiPath's. */
export function faultInUiPathAddress(text: string, development: boolean): string | undefined {
  const fault = faultInAddress(text, { called: 'base', development });
  if (fault !== undefined) return fault;
  const { hostname } = new URL(text);
  return LIKE_UIPATH.test(hostname) && !UIPATH.test(hostname)
    ? `is not UiPath's, whose hosts end with uipath.com or uipath.us: this one ends with ${hostname.split('.').slice(-2).join('.')}`
    : undefined;
}

/** Why an address is none of a container in Azure Storage: the token that is sent there opens all that the application may use. */
export function faultInContainerAddress(text: string, development: boolean): string | undefined {
  const fault = faultInAddress(text, { called: 'base', development });
  if (fault !== undefined) return fault;
  const { hostname, port, pathname } = new URL(text);
  if (LOOPBACK.test(hostname)) return undefined;
  if (!BLOBS.test(hostname) || port !== '') return "is not of Azure's Blob Storage";
  return CONTAINER.test(pathname) ? undefined : 'must have the name of a container as its path';
}
