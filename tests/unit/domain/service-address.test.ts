import { describe, expect, it } from '@jest/globals';
import { faultInAddress, faultInUiPathAddress } from '../../../shared/domain/service-address';

const inProduction = (text: string, called: 'base' | 'whole' = 'base'): string =>
  faultInAddress(text, { called, development: false }) ?? 'taken';

const LITERAL = 'is an IP address: name the host';
const MACHINE = 'is this machine: for development only (AZURE_FUNCTIONS_ENVIRONMENT is Development)';
const INTERNAL = 'is in an internal network: name a host that is known outside';
const USER = 'has a user before its host: what stands before the @ is no host';
const ODD = 'is not an address in plain ASCII that begins with https://';

describe('an address', () => {
  it.each([
    'https://cloud.uipath.com/acme/identity_',
    'https://acme.service-now.com',
    'https://api.hibob.com:8443/v1/',
    'HTTPS://Vault.Azure.NET',
    'https://10.example.com',
    'https://my_org.example/',
    'https://xn--bcher-kva.example/',
    'https://local.example.com',
    'https://internal.example.com',
    'https://127.0.0.1.example.com',
  ])('of a named service is taken: %s', (text) => {
    expect(inProduction(text)).toBe('taken');
  });

  it.each([
    ['http://cloud.uipath.com/acme/identity_', 'must begin with https://'],
    ['ftp://example.com', ODD],
    ['//example.com', ODD],
    ['https:example.com', ODD],
    ['https:/example.com', ODD],
    ['https:///example.com', ODD],
    ['', ODD],
    ['https://', ODD],
    ['https://example.com:99999', ODD],
    ['https://cloud.uipath.com\\@evil.example/', ODD],
    ['https://evil.example\\.uipath.com/', ODD],
    ['https://exa mple.com', ODD],
    ['https://example.com/\n', ODD],
    ['\thttps://example.com', ODD],
    ['https://exam\u00adple.com', ODD],
    ['https://cloud.uip\u0430th.com', ODD],
    ['https://１２７.０.０.１', ODD],
    ['https://cloud.uipath.com。evil.example', ODD],
    ['https://cloud.uipath.com@evil.example/identity_', USER],
    ['https://user:secret@example.com', USER],
    ['https://@example.com', USER],
    ['https://:@example.com', USER],
    ['https://a@b@example.com', USER],
    ['https://example.com/#', 'must end with its path, without ? and #'],
    ['https://example.com?x=', 'must end with its path, without ? and #'],
    ['https://example.com./', 'has a dot at the end of its host'],
    ['https://metadata.google.internal./', 'has a dot at the end of its host'],
    ['https://localhost./', 'has a dot at the end of its host'],
  ])('of another form is refused: %j', (text, fault) => {
    expect(inProduction(text)).toBe(fault);
  });

  it.each([
    ['private', 'https://10.0.0.1'],
    ['private', 'https://172.16.0.1'],
    ['private', 'https://192.168.1.1'],
    ['of a carrier', 'https://100.64.0.1'],
    ['link-local', 'https://169.254.1.1'],
    ["of a machine's metadata", 'https://169.254.169.254/metadata/identity'],
    ["of a machine's metadata, as one number", 'https://2852039166/'],
    ["of a machine's metadata, in hexadecimal", 'https://0xa9fea9fe/'],
    ["of a machine's metadata, in octal", 'https://0251.0376.0251.0376/'],
    ["of a machine's metadata, in parts of each", 'https://0xa9.0376.43518/'],
    ["of a machine's metadata, in escapes", 'https://169%2e254.169.254/'],
    ["of a machine's metadata, with a dot at its end", 'https://169.254.169.254./'],
    ["of Azure's own platform", 'https://168.63.129.16'],
    ['unspecified', 'https://0.0.0.0'],
    ['unspecified, as one number', 'https://0/'],
    ['multicast', 'https://224.0.0.1'],
    ['broadcast', 'https://255.255.255.255'],
    ['known outside', 'https://8.8.8.8'],
    ['IPv6, unspecified', 'https://[::]'],
    ['IPv6, of a network alone', 'https://[fd00::1]'],
    ['IPv6, link-local', 'https://[fe80::1]'],
    ['IPv6, multicast', 'https://[ff02::1]'],
    ['IPv6, of a machine that is mapped', 'https://[::ffff:127.0.0.1]'],
    ['IPv6, mapped, in hexadecimal', 'https://[::ffff:a9fe:a9fe]'],
    ['IPv6, compatible', 'https://[::169.254.169.254]'],
    ['IPv6, translated', 'https://[64:ff9b::a9fe:a9fe]'],
    ['IPv6, of 6to4', 'https://[2002:a9fe:a9fe::]'],
    ["IPv6, of a machine's metadata", 'https://[fd00:ec2::254]'],
  ])('that is an IP address is refused: %s', (_kind, text) => {
    expect(inProduction(text)).toBe(LITERAL);
    expect(faultInAddress(text, { called: 'base', development: true })).toBe(LITERAL);
  });

  it.each([
    'https://intranet',
    'https://printer.local',
    'https://metadata.google.internal',
    'https://identity.corp',
    'https://app.localhost',
    'https://localhost.localdomain',
    'https://router.lan',
    'https://router.home.arpa',
    'https://LOCAL',
  ])('in an internal network is refused: %s', (text) => {
    expect(inProduction(text)).toBe(INTERNAL);
    expect(faultInAddress(text, { called: 'base', development: true })).toBe(INTERNAL);
  });

  it.each([
    'http://localhost:7071',
    'http://127.0.0.1:10000/acme/identity_',
    'https://127.9.9.9',
    'https://[::1]:8443',
    'http://0x7f000001',
    'http://2130706433',
    'http://0177.1',
  ])('of this machine is for development: %s', (text) => {
    expect(inProduction(text)).toBe(MACHINE);
    expect(faultInAddress(text, { called: 'base', development: true })).toBeUndefined();
  });

  it('on a development machine is http for that machine only', () => {
    for (const text of ['http://example.com', 'http://127.0.0.1.example.com', 'http://localhost.example.com'])
      expect(faultInAddress(text, { called: 'base', development: true })).toBe('must begin with https://');
  });

  it('that is called as it is may have a query, and no fragment', () => {
    expect(inProduction('https://flows.example/run?api-version=1', 'whole')).toBe('taken');
    expect(inProduction('https://flows.example/run#x', 'whole')).toBe('must have no #');
  });
});

describe('an address of UiPath', () => {
  it.each([
    'https://cloud.uipath.com/acme/identity_',
    'https://govcloud.uipath.us/acme/identity_',
    'https://acme.dedicated.uipath.com/acme/identity_',
    'https://robots.acme.example/acme/identity_',
  ])('is taken: %s', (text) => {
    expect(faultInUiPathAddress(text, false)).toBeUndefined();
  });

  it.each([
    ['https://cloud.uipath.com.evil.example/acme/identity_', 'evil.example'],
    ['https://uipath.com-login.example/acme/identity_', 'com-login.example'],
    ['https://cloud-uipath.us.evil.example/', 'evil.example'],
  ])('that only looks like one is refused: %s', (text, end) => {
    expect(faultInUiPathAddress(text, false)).toBe(
      `is not UiPath's, whose hosts end with uipath.com or uipath.us: this one ends with ${end}`,
    );
  });

  it('is judged by the rule of all addresses first', () => {
    expect(faultInUiPathAddress('https://cloud.uipath.com@evil.example/identity_', true)).toBe(USER);
  });
});
