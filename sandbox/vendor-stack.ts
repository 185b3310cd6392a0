import { demoPolicy } from './demo-organization';
import { startStack, type Stack, type StackOptions } from './stack';
import {
  entraKeyIn,
  HR_API_SECRET,
  TICKET_API_SECRET,
  newVendorSecrets,
  vendorSecretName,
  vendorSources,
} from './vendors/demo-sources';
import { startHrApi } from './vendors/hr-api';
import { startTicketApi } from './vendors/ticket-api';

/** What a sender in a vendor's name has to know. */
type Vendors = Readonly<{
  webhooksUrl: string;
  hrApiUrl: string;
  ticketApiUrl: string;
  secrets: Readonly<Record<string, string>>;
}>;

export type VendorStack = Stack & Readonly<{ vendors: Vendors }>;

type VendorStackOptions = Omit<StackOptions, 'policy' | 'secrets'> &
  Readonly<{ changePolicy?: (text: string) => string }>;

/** A stack that listens to vendors beside our own contract, with the APIs that HR and ticket systems are asked back at. */
export async function startVendorStack(options: VendorStackOptions = {}): Promise<VendorStack> {
  const { changePolicy = (text) => text, ...rest } = options;
  const secrets = newVendorSecrets();
  const hrApi = await startHrApi({ secret: HR_API_SECRET.value, ...entraKeyIn(secrets) });
  const ticketApi = await startTicketApi(TICKET_API_SECRET.value);
  const urls = { hrApiUrl: hrApi.baseUrl, ticketApiUrl: ticketApi.baseUrl };
  const closeApis = async (): Promise<void> => {
    await Promise.all([hrApi.close(), ticketApi.close()]);
  };
  try {
    const stack = await startStack({
      ...rest,
      policy: (identityBaseUrl) => changePolicy(demoPolicy(identityBaseUrl, vendorSources(urls))),
      secrets: {
        [HR_API_SECRET.name]: HR_API_SECRET.value,
        [TICKET_API_SECRET.name]: TICKET_API_SECRET.value,
        ...Object.fromEntries(
          Object.entries(secrets).map(([name, value]) => [vendorSecretName(name), value]),
        ),
      },
    });
    return {
      ...stack,
      vendors: { webhooksUrl: `${stack.host().url}/api/webhooks`, ...urls, secrets },
      close: async () => {
        await stack.close();
        await closeApis();
      },
    };
  } catch (error) {
    await closeApis();
    throw error;
  }
}
