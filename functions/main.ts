import { app } from '@azure/functions';
import { createAppDeps, readConfig } from '../shared/app-deps';
import { registerAccessAudit } from './access-audit';
import { registerApplyChanges } from './apply-changes';
import { registerConsole } from './console';
import { registerDeadLetters } from './dead-letters';
import { registerDueWork } from './due-work';
import { registerHealth } from './health';
import { registerHrWebhook } from './hr-webhook';
import { registerOperator } from './operator';
import { registerPlans } from './plans';
import { registerProcessDelivery } from './process-delivery';
import { registerReports } from './reports';
import { registerRequests } from './requests';
import { registerRunAudit } from './run-audit';
import { registerScim } from './scim';
import { registerSendNotification } from './send-notification';
import { registerTicketWebhook } from './ticket-webhook';

app.setup({ enableHttpStream: true });

const deps = createAppDeps(readConfig(), (line) => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
});

registerHrWebhook(deps);
registerTicketWebhook(deps);
registerScim(deps);
registerProcessDelivery(deps);
registerApplyChanges(deps);
registerDueWork(deps);
registerAccessAudit(deps);
registerRunAudit(deps);
registerSendNotification(deps);
registerReports(deps);
registerRequests(deps);
registerPlans(deps);
registerDeadLetters(deps);
registerConsole(deps);
registerOperator(deps);
registerHealth(deps);
