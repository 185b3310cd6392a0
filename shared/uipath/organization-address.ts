import { AppError } from '../errors';
import { isGuid } from '../domain/guid';
import { faultInUiPathAddress } from '../domain/service-address';

/** One UiPath organization and where its services are. */
export type UiPathOrganization = Readonly<{
  /** Our own name for it; keys the quota and names it in messages. */
  alias: string;
  partitionGlobalId: string;
  /** Prefix of `/connect/token` and `/api/...`, such as `https://cloud.uipath.com/acme/identity_`. */
  identityBaseUrl: string;
  /** Prefix of `/api/query/...`; follows from the identity base (`orgaudit_` instead of `identity_`) when left out. */
  auditBaseUrl?: string | undefined;
}>;

/** An organization whose addresses were checked; no slash at their ends. */
export type OrganizationAddress = Readonly<{
  alias: string;
  partitionGlobalId: string;
  identityBaseUrl: string;
  auditBaseUrl: string | undefined;
}>;

const CLOUD = /(^|\.)uipath\.(com|us)$/;

/**
 * Checks what would otherwise send a secret in clear, or a change to another organization.
 * @throws AppError `configuration-invalid`, `uipath-organization-mismatch`
 */
export function toOrganizationAddress(organization: UiPathOrganization): OrganizationAddress {
  const { alias } = organization;
  if (!isGuid(organization.partitionGlobalId))
    throw new AppError('configuration-invalid', `partitionGlobalId of ${alias} is not a GUID`);
  const partitionGlobalId = organization.partitionGlobalId.toLowerCase();
  const identity = toBaseUrl(organization.identityBaseUrl, `identityBaseUrl of ${alias}`);
  const [inUrl, service] = identity.pathname.split('/').filter((part) => part !== '');
  if (CLOUD.test(identity.hostname) && service === undefined)
    throw new AppError(
      'configuration-invalid',
      `identityBaseUrl of ${alias} names no organization: it is https://<host>/<organization>/identity_`,
      { reason: 'uipath-address-wrong' },
    );
  if (
    service !== undefined &&
    inUrl !== undefined &&
    isGuid(inUrl) &&
    inUrl.toLowerCase() !== partitionGlobalId
  )
    throw new AppError(
      'uipath-organization-mismatch',
      `identityBaseUrl and partitionGlobalId of ${alias} name different organizations`,
    );
  return {
    alias,
    partitionGlobalId,
    identityBaseUrl: textOf(identity),
    auditBaseUrl: auditBaseUrlOf(organization, identity),
  };
}

function auditBaseUrlOf({ alias, auditBaseUrl }: UiPathOrganization, identity: URL): string | undefined {
  if (auditBaseUrl !== undefined) return textOf(toBaseUrl(auditBaseUrl, `auditBaseUrl of ${alias}`));
  const base = textOf(identity);
  return base.endsWith('/identity_') ? base.replace(/identity_$/, 'orgaudit_') : undefined;
}

function toBaseUrl(text: string, what: string): URL {
  const fault = faultInUiPathAddress(text, true);
  if (fault !== undefined) throw new AppError('configuration-invalid', `${what} ${fault}`);
  return new URL(text);
}

function textOf({ origin, pathname }: URL): string {
  return origin + pathname.replace(/\/+$/, '');
}
