import type { Attack } from './attack';
import { operatorAttacks } from './console-operator';
import { pageAttacks } from './console-pages';
import { platformAttacks } from './console-platform';
import { proposedPlanAttacks } from './console-proposed-plans';
import { forgeryAttacks, sessionAttacks } from './console-sessions';
import { logAttacks, notificationAttacks } from './notifications';
import { pauseAttacks } from './pauses';
import { buildAttacks } from './build';
import { vaultAttacks } from './vault-secrets';
import { addressAttacks } from './writer-addresses';
import { writerAttacks } from './writer-uipath';
import { approvalAttacks } from './sender-approvals';
import { entraAttacks } from './sender-entra';
import { replayAttacks } from './sender-replays';
import { ruleAttacks } from './sender-rules';
import { bodyAttacks } from './sender-bodies';
import { lookUpAttacks } from './sender-lookups';
import { evidenceAttacks } from './storage-evidence';
import { rowAttacks } from './storage-rows';
import { scimAttacks } from './sender-scim';
import { xmlAttacks } from './sender-xml';
import { signatureAttacks } from './sender-signatures';
import { speechAttacks } from './sender-speech';
import { vendorAttacks } from './sender-vendors';

/** All attacks, by boundary. */
export const ATTACKS: readonly Attack[] = [
  ...signatureAttacks,
  ...vendorAttacks,
  ...replayAttacks,
  ...speechAttacks,
  ...approvalAttacks,
  ...ruleAttacks,
  ...entraAttacks,
  ...bodyAttacks,
  ...xmlAttacks,
  ...lookUpAttacks,
  ...scimAttacks,
  ...rowAttacks,
  ...evidenceAttacks,
  ...sessionAttacks,
  ...forgeryAttacks,
  ...operatorAttacks,
  ...platformAttacks,
  ...proposedPlanAttacks,
  ...pageAttacks,
  ...pauseAttacks,
  ...notificationAttacks,
  ...logAttacks,
  ...addressAttacks,
  ...writerAttacks,
  ...vaultAttacks,
  ...buildAttacks,
];
