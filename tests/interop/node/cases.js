/**
 * What the node-soap client does with the service, a function a case.
 *
 * Promises: a case needs nothing that another case left behind, and uses keys of its own.
 * Deliberately absent: the choice of the cases and of the proxies, which client.js makes.
 */
'use strict';

const { equal, ENVELOPE, MEDIA_TYPE, listed, person, address, eMail, names, contactPoints } = require('./proxy.js');

const attribute = (name, ...AttributeValue) => ({ attributes: { name }, AttributeValue });

/** What is added comes back by its alternate key, normalised, with what the server wrote. */
async function addedCustomer(proxy) {
  const key = proxy.key('added');
  const text = 'Zoë asked for "blue" & <green>';
  const customer = person('maría x.', "o'neil", {
    Address: [address('1 Mill Lane', 'bad'), address('2 Mill Lane', '04101', 'BUSINESS')],
    Telephone: [{ attributes: { TypeCode: 'HOME' }, PhoneNumber: '1 (207) 555-0143 x21' }],
  }, {
    Prospect: true,
    AlternateKey: [key],
    CustomAttribute: [attribute('Favorite Department', 'Timber', 'Garden')],
    CustomerNotes: { CustomerNote: [{ attributes: { type: 'DELIVERY' }, $value: text }] },
  });
  const answer = await proxy.call('addCustomer', { Customer: customer });
  equal(answer.Outcome, 'Added', 'Outcome');
  const errors = listed(answer.ValidationError).map((error) => [error.Code, error.Value]);
  equal(errors, [['POSTAL_CODE_INVALID', 'bad']], 'validation errors');
  equal(listed(answer.Warning), [], 'warnings');

  const found = await proxy.retrieve(key);
  equal(found.CustomerID, answer.CustomerID, 'CustomerID');
  equal([found.Prospect, found.Active, found.Anonymous, found.ValidFlag], [true, true, false, true], 'flags');
  equal(names(found), { First: 'María', Middle: 'X', Last: "O'neil" }, 'names');
  const addresses = contactPoints(found, 'Address')
    .map((point) => [point.AddressLine1, point.attributes.TypeCode, point.attributes.ValidFlag]);
  equal(addresses, [['1 Mill Lane', 'HOME', 'false'], ['2 Mill Lane', 'BUSINESS', 'true']], 'addresses');
  const [phone] = contactPoints(found, 'Telephone');
  equal([phone.PhoneNumber, phone.Extension, phone.AreaCode], ['2075550143', '21', '207'], 'telephone');
  equal(found.AlternateKey.map((k) => [k.AlternateID, k.attributes]),
    [[key.AlternateID, { TypeCode: 'XSTORE_ID', ActiveFlag: 'true' }]], 'alternate keys');
  equal(found.CustomAttribute, [attribute('Favorite Department', 'Timber', 'Garden')], 'attributes');
  const notes = found.CustomerNotes.CustomerNote.map((note) => [note.$value, note.attributes.type, note.attributes.sequence]);
  equal(notes, [[text, 'DELIVERY', '1']], 'notes');
  equal(found.CreateDate instanceof Date, true, 'whether CreateDate is a time');
}

/** addOrUpdate adds, then updates by key: the old address is deactivated and kept; the third time nothing changes. */
async function addedOrUpdatedCustomer(proxy) {
  const key = proxy.key('updated by key');
  const first = person('Ida', 'Holm', { Address: [address('1 Mill Lane', '04101')] }, { AlternateKey: [key] });
  const second = person('Ida', 'Holm', { Address: [address('9 Quay Street', '04401')] }, { AlternateKey: [key] });
  const answers = [];
  for (const sent of [first, second, second]) {
    answers.push(await proxy.call('addOrUpdateCustomer', { Customer: sent }));
  }
  equal(answers.map((answer) => answer.Outcome), ['Added', 'Updated', 'Unchanged'], 'outcomes');
  equal(new Set(answers.map((answer) => answer.CustomerID)).size, 1, 'number of customers');

  const addresses = async (rest) => contactPoints(await proxy.retrieve(key, rest), 'Address')
    .map((point) => [point.AddressLine1, point.attributes.ActiveFlag]).sort();
  equal(await addresses({}), [['9 Quay Street', 'true']], 'active addresses');
  equal(await addresses({ IncludeInactive: true }), [['1 Mill Lane', 'false'], ['9 Quay Street', 'true']], 'all addresses');
  const byId = await proxy.call('retrieveCustomer', { CustomerID: answers[0].CustomerID });
  equal(byId.Customer.AlternateKey[0].AlternateID, key.AlternateID, 'key found by CustomerID');
}

/** An update puts one e-mail address in the place of another and adds nobody where nobody is found. */
async function updatedCustomer(proxy) {
  const [key, old, fresh] = [proxy.key('updated'), `old@${proxy.mailHost}`, `new@${proxy.mailHost}`];
  const customer = person('Ida', 'Holm', { EMail: [eMail(old)] }, { AlternateKey: [key] });
  const added = await proxy.call('addCustomer', { Customer: customer });
  const points = { EMail: [eMail(old, { UpdateType: 'Old' }), eMail(fresh, { UpdateType: 'New' })] };
  const changed = {
    Source: 'Desk',
    EntityInformation: { Individual: { ContactInformation: points } },
    AlternateKey: [key],
  };
  const updated = await proxy.call('updateCustomer', { Customer: changed });
  equal([updated.CustomerID, updated.Outcome], [added.CustomerID, 'Updated'], 'answer');
  const found = await proxy.retrieve(key);
  equal(found.Source, 'Desk', 'Source');
  equal(names(found), { First: 'Ida', Last: 'Holm' }, 'names');
  equal(contactPoints(found, 'EMail').map((point) => point.EMailAddress), [fresh], 'active addresses');

  const again = await proxy.call('updateCustomer', { Customer: { CustomerID: added.CustomerID, Source: 'Desk' } });
  equal(again.Outcome, 'Unchanged', 'Outcome of the second time');
  const nobody = { Source: 'Desk', AlternateKey: [proxy.key('nobody')] };
  equal((await proxy.fault('updateCustomer', { Customer: nobody })).Code, 'CUSTOMER_NOT_FOUND', 'Code of an update');
  const afterwards = await proxy.fault('retrieveCustomer', { AlternateKey: nobody.AlternateKey });
  equal(afterwards.Code, 'CUSTOMER_NOT_FOUND', 'Code of retrieving');
}

/** What is null goes out as xsi:nil, what is undefined does not go out; both keep their values. */
async function leftOutIsNotChanged(proxy) {
  const key = proxy.key('left out');
  const rest = { Prospect: true, Source: 'Desk', CustomerClass: 'Gold', AlternateKey: [key] };
  await proxy.call('addCustomer', { Customer: person('Ida', 'Holm', undefined, rest) });
  const sent = { Prospect: null, Source: null, CustomerNumber: '17', CustomerClass: undefined, EntityInformation: null };
  const updated = await proxy.call('updateCustomer', { Customer: { ...sent, AlternateKey: [key] } });
  equal(proxy.client.lastRequest.includes('<Source xsi:nil="true">'), true, 'whether null is sent as nil');
  equal(updated.Outcome, 'Updated', 'Outcome');

  const found = await proxy.retrieve(key);
  equal([found.Prospect, found.Source, found.CustomerClass, found.CustomerNumber], [true, 'Desk', 'Gold', '17'], 'values');
  equal(names(found), { First: 'Ida', Last: 'Holm' }, 'names');
}

/** A deleted customer is not found any more, is kept, and leaves its key to others. */
async function deletedCustomer(proxy) {
  const key = proxy.key('deleted');
  const customer = person('Ida', 'Holm', undefined, { AlternateKey: [key] });
  const { CustomerID } = await proxy.call('addCustomer', { Customer: customer });
  equal(await proxy.call('deleteCustomer', { AlternateKey: [key] }), { CustomerID, Outcome: 'Deleted' }, 'answer');
  for (const operation of ['retrieveCustomer', 'deleteCustomer']) {
    for (const identifier of [{ AlternateKey: [key] }, { CustomerID }]) {
      equal((await proxy.fault(operation, identifier)).Code, 'CUSTOMER_NOT_FOUND', `Code of ${operation}`);
    }
  }
  const kept = (await proxy.call('retrieveCustomer', { CustomerID, IncludeInactive: true })).Customer;
  equal([kept.Active, names(kept).Last], [false, 'Holm'], 'what is kept');
  const other = await proxy.call('addCustomer', { Customer: customer });
  equal(other.Outcome, 'Added', 'Outcome of adding anew');
  equal(other.CustomerID === CustomerID, false, 'whether the CustomerID is the old one');
}

/** What is left aside comes back as a warning. */
async function warning(proxy) {
  const sent = (date) => ({
    Customer: { AlternateKey: [proxy.key('warned')], CustomAttribute: [attribute('Club Member Since', date)] },
  });
  await proxy.call('addCustomer', sent('09-30-2019'));
  const { Warning } = await proxy.call('addOrUpdateCustomer', sent('10-01-2020'));
  equal(Warning.map((one) => [one.Code, one.Field]), [['ATTRIBUTE_NOT_EDITABLE', 'Customer/CustomAttribute[1]']], 'warnings');
  equal(typeof Warning[0].Message, 'string', 'type of the Message');
}

/** A key that nobody has is CUSTOMER_NOT_FOUND, with everything that the detail promises. */
async function notFound(proxy) {
  const detail = await proxy.fault('retrieveCustomer', { AlternateKey: [proxy.key('nobody')] });
  equal([detail.Code, detail.Retryable], ['CUSTOMER_NOT_FOUND', 'false'], 'Code and Retryable');
  equal(listed(detail.Violation), [], 'violations');
  equal(typeof detail.RequestID, 'string', 'type of RequestID');
}

/** A second add with the same key is CUSTOMER_ALREADY_EXISTS, and changes nothing. */
async function alreadyExists(proxy) {
  const key = proxy.key('taken');
  await proxy.call('addCustomer', { Customer: person('Ida', 'Holm', undefined, { AlternateKey: [key] }) });
  const second = person('Otto', 'Holm', undefined, { AlternateKey: [key] });
  equal((await proxy.fault('addCustomer', { Customer: second })).Code, 'CUSTOMER_ALREADY_EXISTS', 'Code');
  equal(names(await proxy.retrieve(key)), { First: 'Ida', Last: 'Holm' }, 'names');
}

/** All the attributes that are wrong are reported at once, each with its place. */
async function violations(proxy) {
  const CustomAttribute = [attribute('Household Size', 'many'), attribute('No Such Attribute', '1')];
  const sent = { AlternateKey: [proxy.key('odd')], CustomAttribute };
  const detail = await proxy.fault('addCustomer', { Customer: sent });
  const found = listed(detail.Violation).map((violation) => [violation.Code, violation.Field]);
  equal(found, [
    ['INVALID_ATTRIBUTE_VALUE', 'Customer/CustomAttribute[1]/AttributeValue[1]'],
    ['UNKNOWN_ATTRIBUTE_TYPE', 'Customer/CustomAttribute[2]/@name'],
  ], 'violations');
  equal([detail.Code, detail.Field], found[0], 'Code and Field');
  equal(detail.Message, detail.Violation[0].Message, 'Message');
}

/** The answer speaks the version of the request. */
async function answeredInItsVersion(proxy) {
  await proxy.call('addCustomer', { Customer: person('Ida', 'Holm') });
  const { body, response } = proxy.last;
  equal(response.headers['content-type'].split(';')[0], MEDIA_TYPE[proxy.version], 'Content-Type');
  equal(/<\w+:Envelope xmlns:\w+="([^"]+)"/.exec(body)?.[1], ENVELOPE[proxy.version], 'namespace of the envelope');
}

/** Criteria are joined, pages follow each other in the order of names, and nothing found is no fault. */
async function foundCustomers(proxy) {
  const people = [['Ida', 'Holm'], ['Åse', 'Holm'], ['Otto', 'Brandt']];
  for (const [number, [first, last]] of people.entries()) {
    const points = { EMail: [eMail(`person${number}.n@${proxy.mailHost}`)] };
    const rest = { AlternateKey: [proxy.key(`searched ${number}`)] };
    await proxy.call('addCustomer', { Customer: person(first, last, points, rest) });
  }
  const everybody = { EMailAddress: { attributes: { SearchType: 'EndsWith' }, $value: `n@${proxy.mailHost}` } };
  const pages = await foundPages(proxy, { ...everybody, MaxResults: 2 });
  equal(pages.flat(), ['Otto Brandt', 'Åse Holm', 'Ida Holm'], 'everybody');
  equal(Math.max(...pages.map((page) => page.length)), 2, 'most of a page');
  // Without a SearchType: StartsWith.
  equal(await foundPages(proxy, { ...everybody, LastName: 'hol' }), [['Åse Holm', 'Ida Holm']], 'those of a family');
  const key = proxy.key('searched 2');
  key.attributes.SearchType = 'Exact';
  equal(await foundPages(proxy, { AlternateKey: key }), [['Otto Brandt']], 'who has a key');
  const FirstName = { attributes: { SearchType: 'Exact' }, $value: 'Hol' };
  equal(await foundPages(proxy, { ...everybody, FirstName }), [[]], 'nobody');
}

/** The names of the customers that were found, page by page. */
async function foundPages(proxy, criteria) {
  const pages = [];
  let PageToken;
  do {
    const answer = await proxy.call('searchCustomers', { ...criteria, PageToken });
    const found = listed(answer?.Customer).map(names);
    pages.push(found.map(({ First, Last }) => `${First} ${Last}`));
    PageToken = answer?.NextPageToken;
  } while (PageToken);
  return pages;
}

/** A search has to say for whom. */
async function searchWithoutCriteria(proxy) {
  const detail = await proxy.fault('searchCustomers', { MaxResults: 2 });
  equal(detail.Code, 'CUSTOMER_SEARCH_REQUIRED_PARAMETERS', 'Code');
}

/** The records of a document succeed or fail each alone, in their order, and all are reported. */
async function customersDocument(proxy) {
  const key = proxy.key('documented');
  const record = (Action, rest) => ({ attributes: { Action }, ...rest });
  const answer = await proxy.call('processCustomers', {
    Customer: [
      record('Add', person('Ida', 'Holm', undefined, { AlternateKey: [key] })),
      record('AddorUpdate', { Source: 'Desk', AlternateKey: [key] }),
      record('Update', { Source: 'Desk', AlternateKey: [proxy.key('nobody')] }),
      record('Delete', { AlternateKey: [key] }),
    ],
  });
  equal([answer.RecordCount, answer.SucceededCount, answer.FailedCount].map(Number), [4, 3, 1], 'counts');
  equal(answer.Result.map(({ attributes, Code }) => ({ ...attributes, Code })), [
    { Index: '1', Action: 'Add', Status: 'Succeeded', Code: undefined },
    { Index: '2', Action: 'AddorUpdate', Status: 'Succeeded', Code: undefined },
    { Index: '3', Action: 'Update', Status: 'Failed', Code: 'CUSTOMER_NOT_FOUND' },
    { Index: '4', Action: 'Delete', Status: 'Succeeded', Code: undefined },
  ], 'results');
  equal(typeof answer.Result[2].Message, 'string', 'type of the Message');
  const ids = [0, 1, 3].map((index) => answer.Result[index].CustomerID);
  equal(new Set(ids).size, 1, 'number of customers');
  equal((await proxy.fault('retrieveCustomer', { AlternateKey: [key] })).Code, 'CUSTOMER_NOT_FOUND', 'Code');
  const kept = (await proxy.call('retrieveCustomer', { CustomerID: ids[0], IncludeInactive: true })).Customer;
  equal([kept.Active, kept.Source], [false, 'Desk'], 'what is kept');
}

/** Each case, and the operation without which there is no such case. */
module.exports = [
  [addedCustomer, 'addCustomer'],
  [addedOrUpdatedCustomer, 'addOrUpdateCustomer'],
  [updatedCustomer, 'updateCustomer'],
  [leftOutIsNotChanged, 'updateCustomer'],
  [deletedCustomer, 'deleteCustomer'],
  [warning, 'addOrUpdateCustomer'],
  [notFound, 'retrieveCustomer'],
  [alreadyExists, 'addCustomer'],
  [violations, 'addCustomer'],
  [answeredInItsVersion, 'addCustomer'],
  [foundCustomers, 'searchCustomers'],
  [searchWithoutCriteria, 'searchCustomers'],
  [customersDocument, 'processCustomers'],
];
