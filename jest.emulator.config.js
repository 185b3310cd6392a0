process.env.STORAGE = 'emulator';

/** The engine's tests over Azurite, all of them. `npm test` has a file of each room there, and the others over a storage in memory. @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config.js'),
  roots: ['<rootDir>/tests/integration/access', '<rootDir>/tests/integration/scim'],
};
