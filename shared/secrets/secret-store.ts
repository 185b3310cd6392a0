/** The value in force, and the one it replaced while somebody may still use it. Both without outer blanks. */
export type SecretVersions = Readonly<{ current: string; previous: string | undefined }>;

/** Where secrets are kept. Rejects with `secret-missing`, `secret-invalid` or `vault-unavailable`; no error holds a value. */
export type SecretStore = Readonly<{ read: (name: string) => Promise<SecretVersions> }>;
