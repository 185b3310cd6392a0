/** A message to one receiver. `id` is the same for every repetition, so that a receiver can tell one by it. */
export type Notification = Readonly<{ id: string; atMs: number; body: string }>;

/** Where a message goes, and the secret that signs it. */
export type Receiver = Readonly<{ url: string; secret: string }>;

/** Sends a notification to its receiver. @throws AppError `notification-refused`, `notification-unavailable`, `secret-invalid` */
export type Notifier = (receiver: Receiver, notification: Notification) => Promise<void>;
