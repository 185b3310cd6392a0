/** How reports in foreign formats name their maker. */
export const PRODUCT = { name: 'uipath-access-functions', version: '0.1.0' } as const;

/** The same on pages for people. */
export const PRODUCT_TITLE = 'UiPath access';
