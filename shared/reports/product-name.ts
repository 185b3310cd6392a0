/** How reports in foreign formats name their maker. */
export const PRODUCT = { name: 'uipath-access-functions', version: '0.1.0' } as const;
