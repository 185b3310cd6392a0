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
