import { randomUUID } from 'node:crypto';

export type SecretVersion = Readonly<{
  name: string;
  version: string;
  value: string;
  isEnabled: boolean;
  createdSeconds: number;
}>;

export type SecretVersions = Readonly<{
  /** Adds a version, which is the current one from then on, and gives its id. */
  set: (name: string, value: string) => string;
  /** Disables a version, the current one where none is named. */
  disable: (name: string, version?: string) => void;
  delete: (name: string) => void;
  /** Oldest first; empty when there is no such secret. Names are the same in capitals and small letters. */
  list: (name: string) => readonly SecretVersion[];
}>;

export function createSecretVersions(now: () => number): SecretVersions {
  const secrets = new Map<string, readonly SecretVersion[]>();
  const list = (name: string): readonly SecretVersion[] => secrets.get(name.toLowerCase()) ?? [];
  return {
    list,
    set: (name, value) => {
      if (!/^[0-9a-z-]{1,127}$/i.test(name)) throw new Error(`"${name}" is no name for a secret`);
      const version = randomUUID().replaceAll('-', '');
      const createdSeconds = Math.floor(now() / 1000);
      const added: SecretVersion = { name, version, value, isEnabled: true, createdSeconds };
      secrets.set(name.toLowerCase(), [...list(name), added]);
      return version;
    },
    disable: (name, version) => {
      const versions = list(name);
      const disabled = version ?? versions.at(-1)?.version;
      if (versions.every((one) => one.version !== disabled))
        throw new Error(`There is no such secret: ${name}`);
      secrets.set(
        name.toLowerCase(),
        versions.map((one) => (one.version === disabled ? { ...one, isEnabled: false } : one)),
      );
    },
    delete: (name) => {
      secrets.delete(name.toLowerCase());
    },
  };
}
