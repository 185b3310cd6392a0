/** What dependencies bring for uses that this app has not. `message` is what a call of it would throw. */
const UNUSED = [
  {
    module: 'open',
    importer: '@azure/identity',
    message:
      'This app has no sign-in with a browser. Sign in with the Azure CLI, the Azure Developer CLI or Azure PowerShell, or set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET.',
  },
  {
    module: './crc64.js',
    importer: '@azure/storage-common',
    message: 'This app has no CRC-64 checksums of blobs: leave contentChecksumAlgorithm unset.',
  },
];

/** Puts a function that throws in the place of each unused module, and so leaves out whatever that module imports. */
export const unusedModules = {
  name: 'unused-modules',
  setup(build) {
    build.onResolve({ filter: /^(open|\.\/crc64\.js)$/ }, ({ path, importer }) => {
      const unused = UNUSED.find(
        (entry) =>
          entry.module === path &&
          importer.replaceAll('\\', '/').includes(`/node_modules/${entry.importer}/`),
      );
      return unused && { path, namespace: 'unused', pluginData: unused };
    });
    build.onLoad({ filter: /.*/, namespace: 'unused' }, ({ pluginData }) => ({
      contents: `export default function unused() { throw new Error(${JSON.stringify(pluginData.message)}); }`,
    }));
  },
};
