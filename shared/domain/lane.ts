/** The priority of work in every queue and of every call to UiPath: leavers and revokes are `urgent` and go first. */
export type Lane = 'urgent' | 'normal';
