/** How people sign in to the console, as the settings say. */
export type SignInSettings = Readonly<{
  consoleSignIn: 'off' | 'key' | 'easy-auth';
  easyAuth: Readonly<{ isOn: boolean; tenantId: string | undefined }>;
}>;

/** Why nobody can sign in; undefined: it is set up, or switched off. */
export function faultInSignIn({
  consoleSignIn,
  easyAuth,
}: SignInSettings): 'sign-in-platform-off' | 'sign-in-tenant-missing' | undefined {
  if (consoleSignIn !== 'easy-auth') return undefined;
  if (!easyAuth.isOn) return 'sign-in-platform-off';
  return easyAuth.tenantId === undefined ? 'sign-in-tenant-missing' : undefined;
}
