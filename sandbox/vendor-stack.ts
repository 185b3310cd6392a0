import { demoPolicy } from './demo-organization';
import { startStack, type Stack, type StackOptions } from './stack';
import {
  entraKeyIn,
  HR_API_SECRET,
  newVendorSecrets,
  vendorSecretName,
  vendorSources,
} from './vendors/demo-sources';
import { startHrApi } from './vendors/hr-api';

/** What a sender in a vendor's name has to know. */
type Vendors = Readonly<{
  webhooksUrl: string;
  hrApiUrl: string;
  secrets: Readonly<Record<string, string>>;
}>;

export type VendorStack = Stack & Readonly<{ vendors: Vendors }>;

type VendorStackOptions = Omit<StackOptions, 'policy' | 'secrets'> &
  Readonly<{ changePolicy?: (text: string) => string }>;

/** A stack that listens to vendors beside our own contract, with the API that HR systems are asked back at. */
export async function startVendorStack(options: VendorStackOptions = {}): Promise<VendorStack> {
  const { changePolicy = (text) => text, ...rest } = options;
  const secrets = newVendorSecrets();
  const hrApi = await startHrApi({ secret: HR_API_SECRET.value, ...entraKeyIn(secrets) });
  try {
    const stack = await startStack({
      ...rest,
      policy: (identityBaseUrl) => changePolicy(demoPolicy(identityBaseUrl, vendorSources(hrApi.baseUrl))),
      secrets: {
        [HR_API_SECRET.name]: HR_API_SECRET.value,
        ...Object.fromEntries(
          Object.entries(secrets).map(([name, value]) => [vendorSecretName(name), value]),
        ),
      },
    });
    return {
      ...stack,
      vendors: { webhooksUrl: `${stack.host().url}/api/webhooks`, hrApiUrl: hrApi.baseUrl, secrets },
      close: async () => {
        await stack.close();
        await hrApi.close();
      },
    };
  } catch (error) {
    await hrApi.close();
    throw error;
  }
}
