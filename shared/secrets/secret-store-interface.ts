/** The value in force, and the one it replaced while somebody may still use it. Both without outer blanks. */
export type SecretVersions = Readonly<{ current: string; previous: string | undefined }>;

/** When the value in force ends; undefined where nothing says so. */
export type SecretEnds = (name: string) => Promise<number | undefined>;

/** Where secrets are kept. Rejects with `secret-missing`, `secret-invalid` or `vault-unavailable`; no error holds a value. */
export type SecretStore = Readonly<{ read: (name: string) => Promise<SecretVersions> }>;
