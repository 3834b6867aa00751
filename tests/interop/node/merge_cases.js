/**
 * What the node-soap client does with merges, a function a case.
 *
 * Promises: the customers are of one proxy alone. Deliberately absent: what survives a merge.
 */
'use strict';

const { equal, person, names } = require('./proxy.js');

/** A merge leads old ids and keys to the new customer; the old one names it; taken back, all is as before. */
async function mergedCustomers(proxy) {
  const keys = [proxy.key('merged 1'), proxy.key('merged 2')];
  const ids = [];
  for (const [number, first] of ['Ida', 'Otto'].entries()) {
    const customer = person(first, 'Voss', undefined, { AlternateKey: [keys[number]] });
    ids.push((await proxy.call('addCustomer', { Customer: customer })).CustomerID);
  }
  const found = async (identifier) => (await proxy.call('retrieveCustomer', identifier)).Customer;
  const sent = {
    MergeSource: { CustomerID: ids[0] },
    MergeTargetSet: { MergeTarget: [{ AlternateKey: [keys[1]] }] },
  };
  const preview = await proxy.call('mergeCustomers', { ...sent, Preview: true });
  equal(names(preview.Customer), { First: 'Ida', Last: 'Voss' }, 'names of the preview');
  const answer = await proxy.call('mergeCustomers', sent);
  equal(answer.MergedCustomerID, ids, 'merged customers');
  for (const identifier of [...ids.map((CustomerID) => ({ CustomerID })), ...keys.map((key) => ({ AlternateKey: [key] }))]) {
    const { CustomerID, MergedInto } = await found(identifier);
    equal([CustomerID, MergedInto], [answer.CustomerID, undefined], 'CustomerID');
  }
  const old = await found({ CustomerID: ids[1], IncludeInactive: true });
  equal([old.CustomerID, old.Active, old.MergedInto], [ids[1], false, answer.CustomerID], 'old customer');
  const restored = await proxy.call('unmergeCustomers', { CustomerID: answer.CustomerID });
  equal(restored.CustomerID, ids, 'restored customers');
  const again = await proxy.retrieve(keys[1]);
  equal([again.CustomerID, again.MergedInto], [ids[1], undefined], 'after the unmerge');
  const { Code } = await proxy.fault('unmergeCustomers', { CustomerID: ids[0] });
  equal(Code, 'MERGE_CUSTOMER_CREATION_EXCEPTION', 'Code of an unmerge of nothing');
}

/** Each case, and the operation without which there is no such case. */
module.exports = [[mergedCustomers, 'mergeCustomers']];
