<?php
/**
 * What the PHP client does with cards and with what is bought, a function a case.
 *
 * Promises: each case has a card of its own for each proxy, of ../cards.csv. Deliberately absent: every refusal but that
 * of a wrong PIN and of another content.
 */

declare(strict_types=1);

// The last digit of the cards of a proxy.
const CARD_PLACES = ['SOAP 1.1' => 1, 'SOAP 1.2' => 2, 'SOAP 1.2 at the first address' => 3];
const UNKNOWN_CARD = '6006497700000999';
const PIN = '2718';

/** Transactions add up in the customer's summary, a repeated one once, and another content is a fault. */
function recordedTransactions(Proxy $proxy): void
{
    $key = $proxy->key('buying');
    $proxy->call('addCustomer', ['Customer' => person('Ida', 'Holm', [], ['AlternateKey' => [$key]])]);
    $transaction = fn(int $number, string $date, string $sales) => ['Transaction' => [
        'TransactionID' => "php, $proxy->name, $number", 'AlternateKey' => [$key], 'RetailStoreID' => '17',
        'BusinessDate' => $date, 'SalesAmount' => $sales,
    ]];
    [$first, $second] = [$transaction(1, '2024-05-18', '129.90'), $transaction(2, '2024-05-21', '20.10')];
    foreach ([$first, $second, $first] as $sent) {
        $id = $proxy->call('recordTransaction', $sent)->TransactionID;
        equal('TransactionID', $id, $sent['Transaction']['TransactionID']);
    }
    $summary = $proxy->retrieve($key)->ActivitySummary;
    equal('lifetime', [$summary->Lifetime->SalesAmount, $summary->Lifetime->TransactionCount], ['150.00', 2]);
    equal('dates', [$summary->FirstTransactionDate, $summary->LastTransactionDate], ['2024-05-18', '2024-05-21']);
    $detail = $proxy->fault('recordTransaction', $transaction(1, '2024-05-18', '129.91'));
    equal('Code and Field', [$detail->Code, $detail->Field],
        ['TRANSACTION_ALREADY_EXISTS', 'Transaction/TransactionID']);
}

/** A card that is given to a customer is seen through it and through the customer. */
function associatedCard(Proxy $proxy): void
{
    $place = CARD_PLACES[$proxy->name];
    [$key, $number, $masked] = [$proxy->key('card'), "600649770000000$place", "************000$place"];
    $id = $proxy->call('addCustomer', ['Customer' => person('Ida', 'Holm', [], ['AlternateKey' => [$key]])])->CustomerID;
    $detail = $proxy->fault('associateCardToCustomer', ['Instrument' => instrument($number, '0000', $key)]);
    equal('Code of a wrong PIN', [$detail->Code, isset($detail->Field)], ['CARD_NOT_FOUND', false]);
    $answer = $proxy->call('associateCardToCustomer', ['Instrument' => instrument($number, PIN, $key)]);
    equal('answer', [$answer->CustomerID, $answer->CardNumber], [$id, $masked]);
    $accounts = array_map(fn($account) => [$account->Type, $account->Activated], $answer->Account);
    equal('accounts', $accounts, [['Tender', true], ['Loyalty', true]]);
    equal('coupons', array_column(listed($answer, 'Coupon'), 'Name'), ['FIRST VISIT']);

    $sent = ['CardNumber' => $number, 'AuthenticationData' => PIN];
    $found = $proxy->call('retrieveInstrument', $sent)->Instrument;
    equal('card', [$found->CardNumber, $found->InstrumentID, $found->Active, $found->ExpiryDate],
        [$masked, "INTEROP-$place", true, '2099-12-31']);
    equal('its customers', $found->CustomerID, [$id]);
    $activities = array_map(fn($did) => [$did->Type, $did->Amount, $did->CurrencyID, $did->LocationID],
        $found->Account[0]->Activity);
    equal('activities', $activities, [['Activation', '25.50', 'EUR', '17']]);
    $holder = $proxy->call('retrieveCustomer', ['CardNumber' => $number])->Customer;
    equal('customer of the card', [$holder->CustomerID, $holder->CardNumber], [$id, [$masked]]);
}

/** The records of a document of cards succeed or fail each alone. */
function cardsDocument(Proxy $proxy): void
{
    [$key, $number] = [$proxy->key('card in a document'), '600649770000010' . CARD_PLACES[$proxy->name]];
    $id = $proxy->call('addCustomer', ['Customer' => person('Otto', 'Holm', [], ['AlternateKey' => [$key]])])->CustomerID;
    $records = [instrument(UNKNOWN_CARD, PIN, $key), instrument($number, PIN, $key)];
    $answer = $proxy->call('activateInstrumentCustomer', ['Instrument' => $records]);
    equal('counts', [$answer->RecordCount, $answer->SucceededCount, $answer->FailedCount], [2, 1, 1]);
    $results = array_map(fn($result) => [$result->Index, $result->Status, $result->Code ?? null], $answer->Result);
    equal('results', $results, [[1, 'Failed', 'CARD_NOT_FOUND'], [2, 'Succeeded', null]]);
    $sent = ['CardNumber' => $number, 'AuthenticationData' => PIN];
    equal('customers of the card', $proxy->call('retrieveInstrument', $sent)->Instrument->CustomerID, [$id]);
}

/**
 * A card that is to belong to the customer with a key.
 *
 * The amount is an argument so that its array is made anew: an array of constants is the same value in every record, and
 * SoapClient writes such a value once and then refers to it with href, which document/literal messages don't have.
 */
function instrument(string $number, string $pin, array $key, string $amount = '25.50'): array
{
    return [
        'UserName' => 'till-7',
        'AuthenticationData' => $pin,
        'CardNumber' => $number,
        'RTPTransaction' => ['LocationID' => '17', 'RTPAmount' => ['Amount' => $amount, 'CurrencyID' => 'EUR']],
        'Customer' => ['AlternateKey' => [$key]],
    ];
}
