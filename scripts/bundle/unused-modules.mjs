const NO_SAS = 'This app signs no shared access signatures: it has an identity.';
const NO_QUERY = 'This app does not query what is in a blob.';
const NO_CRC64 = 'This app has no CRC-64 checksums of blobs: leave contentChecksumAlgorithm unset.';
const NO_FLOW =
  'This app signs in as itself: not for a user who called it, nor with a code shown on another device.';
const NO_BATCH = 'This app sends no batches of calls for blobs.';

/**
 * What dependencies bring for uses that this app has not. `names` are what is imported from it, `default` unless said; `message`
 * is what a call of one would throw.
 */
const UNUSED = [
  {
    module: 'open',
    importer: '@azure/identity',
    message:
      'This app has no sign-in with a browser. Sign in with the Azure CLI, the Azure Developer CLI or Azure PowerShell, or set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET.',
  },
  {
    module: 'supports-color',
    importer: 'debug',
    message: 'This app writes no colours. The package is here for development only.',
  },
  {
    module: './crc64.js',
    importer: '@azure/storage-common',
    message: NO_CRC64,
  },
  {
    module: './StructuredMessageEncodingStream.js',
    importer: '@azure/storage-common',
    names: ['structuredMessageEncoding'],
    message: NO_CRC64,
  },
  {
    module: './StructuredMessageDecodingStream.js',
    importer: '@azure/storage-common',
    names: ['structuredMessageDecodingStream', 'structuredMessageDecodingBrowser'],
    message: NO_CRC64,
  },
  {
    module: './BufferScheduler.js',
    importer: '@azure/storage-common',
    names: ['BufferScheduler'],
    message: 'This app uploads no streams: what it stores in a blob is in memory.',
  },
  {
    module: './browser.js',
    importer: 'debug',
    message: 'This app runs in Node.js and in no browser.',
  },
  {
    module: 'jsonwebtoken',
    importer: '@azure/msal-node',
    message: 'This app signs in with an identity or with a secret, not with a certificate.',
  },
  ...[
    ['./OnBehalfOfClient.mjs', 'OnBehalfOfClient'],
    ['./DeviceCodeClient.mjs', 'DeviceCodeClient'],
    ['./UserFederatedIdentityCredentialClient.mjs', 'UserFederatedIdentityCredentialClient'],
    ['../network/LoopbackClient.mjs', 'LoopbackClient'],
    ['./client/PublicClientApplication.mjs', 'PublicClientApplication'],
    ['./UsernamePasswordClient.mjs', 'UsernamePasswordClient'],
    ['./client/AuthorizationCodeClient.mjs', 'AuthorizationCodeClient'],
    ['./client/RefreshTokenClient.mjs', 'RefreshTokenClient'],
    ['./client/SilentFlowClient.mjs', 'SilentFlowClient'],
  ].map(([module, name]) => ({ module, importer: '@azure/msal-node', names: [name], message: NO_FLOW })),
  ...[
    ['./clientCertificateCredential.js', 'ClientCertificateCredential'],
    ['./usernamePasswordCredential.js', 'UsernamePasswordCredential'],
  ].map(([module, name]) => ({
    module,
    importer: '@azure/identity',
    names: [name],
    message:
      'This app signs in with an identity or with a secret, not with a certificate and not with a password.',
  })),
  ...['svg', 'sql', 'sql-strict', 'shell', 'redos', 'nosql', 'log'].map((context) => ({
    module: `./contexts/${context}.js`,
    importer: 'is-unsafe',
    message: `This app does not ask what is unsafe in ${context}: fast-xml-parser asks it of HTML and XML.`,
  })),
  ...[
    ['./sas/BlobSASSignatureValues.js', '@azure/storage-blob', 'generateBlobSASQueryParameters'],
    ['./sas/AccountSASSignatureValues.js', '@azure/storage-blob', 'generateAccountSASQueryParameters'],
    ['./QueueSASSignatureValues.js', '@azure/storage-queue', 'generateQueueSASQueryParameters'],
    ['./AccountSASSignatureValues.js', '@azure/storage-queue', 'generateAccountSASQueryParameters'],
  ].map(([module, importer, name]) => ({
    module,
    importer,
    names: [name, `${name}Internal`],
    message: NO_SAS,
  })),
  {
    module: './BlobQueryResponse.js',
    importer: '@azure/storage-blob',
    names: ['BlobQueryResponse'],
    message: NO_QUERY,
  },
  {
    module: './pollers/BlobStartCopyFromUrlPoller.js',
    importer: '@azure/storage-blob',
    names: ['BlobBeginCopyFromUrlPoller'],
    message: 'This app copies no blobs.',
  },
  {
    module: './BlobBatchClient.js',
    importer: '@azure/storage-blob',
    names: ['BlobBatchClient'],
    message: NO_BATCH,
  },
];

const MODULES = new RegExp(`^(${UNUSED.map(({ module }) => module.replaceAll('.', '\\.')).join('|')})$`);

/** Puts a function that throws in the place of each unused module, and so leaves out whatever that module imports. */
export const unusedModules = {
  name: 'unused-modules',
  setup(build) {
    build.onResolve({ filter: MODULES }, ({ path, importer, kind }) => {
      const unused = UNUSED.find(
        (entry) =>
          entry.module === path &&
          importer.replaceAll('\\', '/').includes(`/node_modules/${entry.importer}/`),
      );
      const pluginData = { ...unused, isRequired: kind === 'require-call' };
      return unused && { path: `${unused.importer}/${path}`, namespace: 'unused', pluginData };
    });
    build.onLoad({ filter: /.*/, namespace: 'unused' }, ({ pluginData }) => ({
      contents: [
        `function unused() { throw new Error(${JSON.stringify(pluginData.message)}); }`,
        pluginData.isRequired
          ? 'module.exports = unused;'
          : `export { ${(pluginData.names ?? ['default']).map((name) => `unused as ${name}`).join(', ')} };`,
      ].join('\n'),
    }));
  },
};
