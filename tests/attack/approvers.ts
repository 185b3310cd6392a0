import { BEN } from '../../sandbox/demo-organization';

export const REQUESTER = 'requester@acme.example';
export const BEN_APPROVES = { requester: REQUESTER, approver: BEN } as const;
