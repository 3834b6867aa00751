/**
 * What the node-soap client does with cards and with what is bought, a function a case.
 *
 * Promises: each case has a card of its own for each proxy, of ../cards.csv. Deliberately absent: every refusal but that
 * of a wrong PIN and of another content.
 */
'use strict';

const { equal, listed, person } = require('./proxy.js');

// The last digit of the cards of a proxy.
const PLACES = { 'SOAP 1.1': 1, 'SOAP 1.2': 2, 'SOAP 1.1 at the second address': 3 };
const UNKNOWN_CARD = '6006497700000999';
const PIN = '2718';

/** Transactions add up in the customer's summary, a repeated one once, and another content is a fault. */
async function recordedTransactions(proxy) {
  const key = proxy.key('buying');
  await added(proxy, 'Ida', key);
  const transaction = (number, BusinessDate, SalesAmount) => ({
    Transaction: {
      TransactionID: `node, ${proxy.name}, ${number}`, AlternateKey: [key], RetailStoreID: '17', BusinessDate, SalesAmount,
    },
  });
  const [first, second] = [transaction(1, '2024-05-18', '129.90'), transaction(2, '2024-05-21', '20.10')];
  for (const sent of [first, second, first]) {
    const { TransactionID } = await proxy.call('recordTransaction', sent);
    equal(TransactionID, sent.Transaction.TransactionID, 'TransactionID');
  }
  const summary = (await proxy.retrieve(key)).ActivitySummary;
  equal([summary.Lifetime.SalesAmount, summary.Lifetime.TransactionCount].map(Number), [150, 2], 'lifetime');
  const detail = await proxy.fault('recordTransaction', transaction(1, '2024-05-18', '129.91'));
  equal([detail.Code, detail.Field], ['TRANSACTION_ALREADY_EXISTS', 'Transaction/TransactionID'], 'Code and Field');
}

/** A card that is given to a customer is seen through it and through the customer. */
async function associatedCard(proxy) {
  const place = PLACES[proxy.name];
  const [key, number, masked] = [proxy.key('card'), `600649770000000${place}`, `************000${place}`];
  const id = await added(proxy, 'Ida', key);
  const wrong = await proxy.fault('associateCardToCustomer', { Instrument: instrument(number, '0000', key) });
  equal([wrong.Code, wrong.Field], ['CARD_NOT_FOUND', undefined], 'Code and Field of a wrong PIN');
  const answer = await proxy.call('associateCardToCustomer', { Instrument: instrument(number, PIN, key) });
  equal([answer.CustomerID, answer.CardNumber], [id, masked], 'answer');
  equal(answer.Account.map(({ Type, Activated }) => [Type, Activated]), [['Tender', true], ['Loyalty', true]], 'accounts');
  equal(listed(answer.Coupon).map(({ Name }) => Name), ['FIRST VISIT'], 'coupons');

  const found = await card(proxy, number);
  equal([found.CardNumber, found.InstrumentID, found.Active], [masked, `INTEROP-${place}`, true], 'card');
  equal(listed(found.CustomerID), [id], 'its customers');
  const activities = listed(found.Account[0].Activity)
    .map(({ Type, Amount, CurrencyID, LocationID }) => [Type, Number(Amount), CurrencyID, LocationID]);
  equal(activities, [['Activation', 25.5, 'EUR', '17']], 'activities');
  const holder = (await proxy.call('retrieveCustomer', { CardNumber: number })).Customer;
  equal([holder.CustomerID, listed(holder.CardNumber)], [id, [masked]], 'customer of the card');
}

/** The records of a document of cards succeed or fail each alone. */
async function cardsDocument(proxy) {
  const [key, number] = [proxy.key('card in a document'), `600649770000010${PLACES[proxy.name]}`];
  const id = await added(proxy, 'Otto', key);
  const records = [instrument(UNKNOWN_CARD, PIN, key), instrument(number, PIN, key)];
  const answer = await proxy.call('activateInstrumentCustomer', { Instrument: records });
  equal([answer.RecordCount, answer.SucceededCount, answer.FailedCount].map(Number), [2, 1, 1], 'counts');
  equal(answer.Result.map(({ attributes, Code }) => ({ ...attributes, Code })), [
    { Index: '1', Status: 'Failed', Code: 'CARD_NOT_FOUND' },
    { Index: '2', Status: 'Succeeded', Code: undefined },
  ], 'results');
  equal(listed((await card(proxy, number)).CustomerID), [id], 'customers of the card');
}

/** The id of a new customer with a key. */
async function added(proxy, first, key) {
  const customer = person(first, 'Holm', undefined, { AlternateKey: [key] });
  return (await proxy.call('addCustomer', { Customer: customer })).CustomerID;
}

async function card(proxy, CardNumber) {
  return (await proxy.call('retrieveInstrument', { CardNumber, AuthenticationData: PIN })).Instrument;
}

/** A card that is to belong to the customer with a key. */
function instrument(CardNumber, AuthenticationData, key) {
  return {
    UserName: 'till-7',
    AuthenticationData,
    CardNumber,
    RTPTransaction: { LocationID: '17', RTPAmount: { Amount: '25.50', CurrencyID: 'EUR' } },
    Customer: { AlternateKey: [key] },
  };
}

/** Each case, and the operation without which there is no such case. */
module.exports = [
  [recordedTransactions, 'recordTransaction'],
  [associatedCard, 'associateCardToCustomer'],
  [cardsDocument, 'activateInstrumentCustomer'],
];
