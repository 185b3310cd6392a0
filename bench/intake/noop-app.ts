import { app } from '@azure/functions';

app.setup({ enableHttpStream: true });

app.http('noop', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'noop',
  handler: () => ({ status: 200, jsonBody: { ok: true } }),
});
