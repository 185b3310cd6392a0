/**
 * Script include "UiPathAccessRequest" for ServiceNow: posts an approved requested item (sc_req_item) to the access
 * functions in their own contract, signed as Standard Webhooks says. How it is called: servicenow.md.
 *
 * System properties:
 *   uipath_access.url     https://<your app>/api/webhooks/tickets/<source>
 *   uipath_access.secret  whsec_ and base64, of the type password2
 */
var UiPathAccessRequest = Class.create();
UiPathAccessRequest.prototype = {
  type: 'UiPathAccessRequest',

  initialize: function () {},

  /** `kind` is grant, extend or revoke. The variables of the catalog item are access_group and access_duration. */
  send: function (item, kind) {
    var id = item.getUniqueValue() + '-' + item.getValue('sys_mod_count');
    var body = this.escape(JSON.stringify(this.describe(item, kind, id)));
    var stamp = String(Math.floor(new GlideDateTime().getNumericValue() / 1000));
    var key = String(gs.getProperty('uipath_access.secret')).replace(/^whsec_/, '');
    var mac = new GlideCertificateEncryption().generateMac(key, 'HmacSHA256', id + '.' + stamp + '.' + body);

    var message = new sn_ws.RESTMessageV2();
    message.setEndpoint(gs.getProperty('uipath_access.url'));
    message.setHttpMethod('POST');
    message.setRequestHeader('content-type', 'application/json');
    message.setRequestHeader('webhook-id', id);
    message.setRequestHeader('webhook-timestamp', stamp);
    message.setRequestHeader('webhook-signature', 'v1,' + mac);
    message.setRequestBody(body);
    var status = message.execute().getStatusCode();
    if (status !== 200)
      gs.error('UiPathAccessRequest: ' + item.getValue('number') + ' was answered ' + status);
    return status;
  },

  describe: function (item, kind, id) {
    var action = {
      kind: kind,
      person: String(item.requested_for.email),
      group: String(item.variables.access_group),
    };
    var duration = String(item.variables.access_duration || '');
    if (kind !== 'revoke' && duration !== '') action.duration = duration;
    return {
      schemaVersion: 1,
      type: 'access.request.approved',
      id: id,
      occurredAt: this.instant(item.getValue('sys_updated_on')),
      ticket: {
        id: item.getValue('number'),
        url: gs.getProperty('glide.servlet.uri') + 'sc_req_item.do?sys_id=' + item.getUniqueValue(),
      },
      requester: String(item.opened_by.email),
      approvals: this.approvals(item),
      action: action,
    };
  },

  /** Approvals of the item and of the request it belongs to. */
  approvals: function (item) {
    var found = [];
    var approval = new GlideRecord('sysapproval_approver');
    approval.addQuery('sysapproval', 'IN', [item.getUniqueValue(), item.getValue('request')].join(','));
    approval.addQuery('state', 'approved');
    approval.query();
    while (approval.next())
      found.push({
        approver: String(approval.approver.email),
        approvedAt: this.instant(approval.getValue('sys_updated_on')),
      });
    return found;
  },

  /** ServiceNow keeps times in UTC, without saying so. */
  instant: function (text) {
    return String(text).replace(' ', 'T') + 'Z';
  },

  /** Plain ASCII is the same in every encoding, so that the bytes that are sent are the bytes that were signed. */
  escape: function (text) {
    return text.replace(/[^\x20-\x7e]/g, function (character) {
      return '\\u' + ('000' + character.charCodeAt(0).toString(16)).slice(-4);
    });
  },
};
