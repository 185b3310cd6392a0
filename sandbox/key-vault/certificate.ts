import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export type Certificate = Readonly<{ key: string; cert: string }>;

/** A certificate for the host that vouches for itself, good for a day. */
export async function createCertificate(host: string): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    algorithm: 'sha256',
    // Clocks of containers are not always the same to the second.
    notBeforeDate: new Date(Date.now() - 3_600_000),
    notAfterDate: new Date(Date.now() + 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: host }] },
    ],
  });
  return { key: made.private, cert: made.cert };
}

export type TrustFile = Readonly<{ path: string; remove: () => Promise<void> }>;

/** A file for `NODE_EXTRA_CA_CERTS`: the certificate after whatever this process already trusts that way. */
export async function writeTrustFile(cert: string, existing: string | undefined): Promise<TrustFile> {
  const folder = await mkdtemp(join(tmpdir(), 'key-vault-'));
  const trusted = existing === undefined ? '' : await readFile(existing, 'utf8').catch(() => '');
  const path = join(folder, 'ca.pem');
  await writeFile(path, `${trusted.trimEnd()}\n${cert}`.trimStart());
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}
