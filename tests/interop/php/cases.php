<?php
/**
 * What the PHP client does with the service, a function a case.
 *
 * Promises: a case needs nothing that another case left behind, and uses keys of its own.
 * Deliberately absent: the choice of the cases and of the proxies, which client.php makes.
 */

declare(strict_types=1);

/** What is added comes back by its alternate key, normalised, with what the server wrote. */
function addedCustomer(Proxy $proxy): void
{
    $key = $proxy->key('added');
    $note = ['_' => 'Zoë asked for "blue" & <green>', 'type' => 'DELIVERY'];
    $customer = person('maría x.', "o'neil", [
        'Address' => [home('1 Mill Lane', 'bad'), ['TypeCode' => 'BUSINESS'] + home('2 Mill Lane', '04101')],
        'Telephone' => [['PhoneNumber' => '1 (207) 555-0143 x21', 'TypeCode' => 'HOME']],
    ], [
        'Prospect' => true,
        'AlternateKey' => [$key],
        'CustomAttribute' => [['name' => 'Favorite Department', 'AttributeValue' => ['Timber', 'Garden']]],
        'CustomerNotes' => ['CustomerNote' => [$note]],
    ]);
    $answer = $proxy->call('addCustomer', ['Customer' => $customer]);
    equal('Outcome', $answer->Outcome, 'Added');
    $errors = array_map(fn($error) => [$error->Code, $error->Value], listed($answer, 'ValidationError'));
    equal('validation errors', $errors, [['POSTAL_CODE_INVALID', 'bad']]);
    equal('warnings', listed($answer, 'Warning'), []);

    $found = $proxy->retrieve($key);
    equal('CustomerID', $found->CustomerID, $answer->CustomerID);
    equal('Prospect', $found->Prospect, true);
    equal('Active, Anonymous, ValidFlag', [$found->Active, $found->Anonymous, $found->ValidFlag], [true, false, true]);
    equal('names', names($found), ['First' => 'María', 'Middle' => 'X', 'Last' => "O'neil"]);
    $addresses = array_map(
        fn($point) => [$point->AddressLine1, $point->TypeCode, $point->ValidFlag],
        contactPoints($found, 'Address'),
    );
    equal('addresses', $addresses, [['1 Mill Lane', 'HOME', false], ['2 Mill Lane', 'BUSINESS', true]]);
    $phone = contactPoints($found, 'Telephone')[0];
    equal('telephone', [$phone->PhoneNumber, $phone->Extension, $phone->AreaCode], ['2075550143', '21', '207']);
    $keys = array_map(fn($key) => [$key->TypeCode, $key->AlternateID, $key->ActiveFlag], $found->AlternateKey);
    equal('alternate keys', $keys, [[ALTERNATE_KEY_TYPE, $key['AlternateID'], true]]);
    equal('attribute', $found->CustomAttribute[0]->AttributeValue, ['Timber', 'Garden']);
    $notes = array_map(fn($note) => [$note->_, $note->type, $note->sequence], $found->CustomerNotes->CustomerNote);
    equal('notes', $notes, [[$note['_'], 'DELIVERY', 1]]);
}

/** addOrUpdate adds, then updates by key: the old address is deactivated and kept; the third time nothing changes. */
function addedOrUpdatedCustomer(Proxy $proxy): void
{
    $key = $proxy->key('updated by key');
    $first = person('Ida', 'Holm', ['Address' => [home('1 Mill Lane', '04101')]], ['AlternateKey' => [$key]]);
    $second = person('Ida', 'Holm', ['Address' => [home('9 Quay Street', '04401')]], ['AlternateKey' => [$key]]);
    $answers = array_map(
        fn($sent) => $proxy->call('addOrUpdateCustomer', ['Customer' => $sent]),
        [$first, $second, $second],
    );
    equal('outcomes', array_column($answers, 'Outcome'), ['Added', 'Updated', 'Unchanged']);
    equal('number of customers', count(array_unique(array_column($answers, 'CustomerID'))), 1);

    $addresses = function (array $rest) use ($proxy, $key): array {
        $points = contactPoints($proxy->retrieve($key, $rest), 'Address');
        $found = array_map(fn($point) => [$point->AddressLine1, $point->ActiveFlag], $points);
        sort($found);
        return $found;
    };
    equal('active addresses', $addresses([]), [['9 Quay Street', true]]);
    equal('all addresses', $addresses(['IncludeInactive' => true]), [['1 Mill Lane', false], ['9 Quay Street', true]]);
    $byId = $proxy->call('retrieveCustomer', ['CustomerID' => $answers[0]->CustomerID])->Customer;
    equal('key found by CustomerID', $byId->AlternateKey[0]->AlternateID, $key['AlternateID']);
}

/** An update puts one e-mail address in the place of another and adds nobody where nobody is found. */
function updatedCustomer(Proxy $proxy): void
{
    [$key, $old, $new] = [$proxy->key('updated'), "old@{$proxy->mailHost()}", "new@{$proxy->mailHost()}"];
    $customer = person('Ida', 'Holm', ['EMail' => [eMail($old)]], ['AlternateKey' => [$key]]);
    $added = $proxy->call('addCustomer', ['Customer' => $customer]);
    $points = ['EMail' => [eMail($old, 'Old'), eMail($new, 'New')]];
    $changed = [
        'Source' => 'Desk',
        'EntityInformation' => ['Individual' => ['ContactInformation' => $points]],
        'AlternateKey' => [$key],
    ];
    $updated = $proxy->call('updateCustomer', ['Customer' => $changed]);
    equal('the answer', [$updated->CustomerID, $updated->Outcome], [$added->CustomerID, 'Updated']);
    $found = $proxy->retrieve($key);
    equal('Source', $found->Source, 'Desk');
    equal('names', names($found), ['First' => 'Ida', 'Last' => 'Holm']);
    equal('active addresses', array_column(contactPoints($found, 'EMail'), 'EMailAddress'), [$new]);

    $again = $proxy->call('updateCustomer', ['Customer' => ['CustomerID' => $added->CustomerID, 'Source' => 'Desk']]);
    equal('Outcome of the second time', $again->Outcome, 'Unchanged');
    $nobody = ['AlternateKey' => [$proxy->key('nobody')]];
    $detail = $proxy->fault('updateCustomer', ['Customer' => ['Source' => 'Desk', ...$nobody]]);
    equal('Code of an update', $detail->Code, 'CUSTOMER_NOT_FOUND');
    equal('Code of retrieving', $proxy->fault('retrieveCustomer', $nobody)->Code, 'CUSTOMER_NOT_FOUND');
}

/** What is null or missing in PHP is not sent, and so keeps its value. */
function leftOutIsNotChanged(Proxy $proxy): void
{
    $key = $proxy->key('left out');
    $rest = ['Prospect' => true, 'Source' => 'Desk', 'CustomerClass' => 'Gold', 'AlternateKey' => [$key]];
    $proxy->call('addCustomer', ['Customer' => person('Ida', 'Holm', [], $rest)]);
    $sent = ['Prospect' => null, 'Source' => null, 'CustomerNumber' => '17', 'EntityInformation' => null];
    $updated = $proxy->call('updateCustomer', ['Customer' => [...$sent, 'AlternateKey' => [$key]]]);
    equal('Outcome', $updated->Outcome, 'Updated');
    $request = $proxy->client->__getLastRequest();
    equal('a null element in the request', preg_match('/Source|Prospect|EntityInformation|nil/', $request), 0);

    $found = $proxy->retrieve($key);
    equal('Prospect', $found->Prospect, true);
    equal('the texts', [$found->Source, $found->CustomerClass, $found->CustomerNumber], ['Desk', 'Gold', '17']);
    equal('names', names($found), ['First' => 'Ida', 'Last' => 'Holm']);
}

/** A deleted customer is not found any more, is kept, and leaves its key to others. */
function deletedCustomer(Proxy $proxy): void
{
    $key = $proxy->key('deleted');
    $customer = person('Ida', 'Holm', [], ['AlternateKey' => [$key]]);
    $added = $proxy->call('addCustomer', ['Customer' => $customer]);
    $deleted = $proxy->call('deleteCustomer', ['AlternateKey' => [$key]]);
    equal('the answer', [$deleted->CustomerID, $deleted->Outcome], [$added->CustomerID, 'Deleted']);
    foreach (['retrieveCustomer', 'deleteCustomer'] as $operation) {
        foreach ([['AlternateKey' => [$key]], ['CustomerID' => $added->CustomerID]] as $identifier) {
            equal("Code of $operation", $proxy->fault($operation, $identifier)->Code, 'CUSTOMER_NOT_FOUND');
        }
    }
    $kept = $proxy->call('retrieveCustomer', ['CustomerID' => $added->CustomerID, 'IncludeInactive' => true])->Customer;
    equal('Active and the name', [$kept->Active, names($kept)['Last']], [false, 'Holm']);
    $other = $proxy->call('addCustomer', ['Customer' => $customer]);
    equal('Outcome of adding anew', $other->Outcome, 'Added');
    equal('is the CustomerID the old one', $other->CustomerID === $added->CustomerID, false);
}

/** What is left aside comes back as a warning. */
function warning(Proxy $proxy): void
{
    $sent = fn(string $date) => ['Customer' => [
        'AlternateKey' => [$proxy->key('warned')],
        'CustomAttribute' => [['name' => 'Club Member Since', 'AttributeValue' => [$date]]],
    ]];
    $proxy->call('addCustomer', $sent('09-30-2019'));
    $warnings = listed($proxy->call('addOrUpdateCustomer', $sent('10-01-2020')), 'Warning');
    $found = array_map(fn($warning) => [$warning->Code, $warning->Field], $warnings);
    equal('warnings', $found, [['ATTRIBUTE_NOT_EDITABLE', 'Customer/CustomAttribute[1]']]);
    equal('is the message empty', $warnings[0]->Message === '', false);
}

/** A key that nobody has is CUSTOMER_NOT_FOUND, with everything that the detail promises. */
function notFound(Proxy $proxy): void
{
    $detail = $proxy->fault('retrieveCustomer', ['AlternateKey' => [$proxy->key('nobody')]]);
    equal('Code', $detail->Code, 'CUSTOMER_NOT_FOUND');
    equal('Retryable', filter_var($detail->Retryable, FILTER_VALIDATE_BOOL, FILTER_NULL_ON_FAILURE), false);
    equal('violations', listed($detail, 'Violation'), []);
    equal('is RequestID empty', $detail->RequestID === '', false);
}

/** A second add with the same key is CUSTOMER_ALREADY_EXISTS, and changes nothing. */
function alreadyExists(Proxy $proxy): void
{
    $key = $proxy->key('taken');
    $proxy->call('addCustomer', ['Customer' => person('Ida', 'Holm', [], ['AlternateKey' => [$key]])]);
    $second = person('Otto', 'Holm', [], ['AlternateKey' => [$key]]);
    equal('Code', $proxy->fault('addCustomer', ['Customer' => $second])->Code, 'CUSTOMER_ALREADY_EXISTS');
    equal('names', names($proxy->retrieve($key)), ['First' => 'Ida', 'Last' => 'Holm']);
}

/** All the attributes that are wrong are reported at once, each with its place. */
function violations(Proxy $proxy): void
{
    $detail = $proxy->fault('addCustomer', ['Customer' => [
        'AlternateKey' => [$proxy->key('odd')],
        'CustomAttribute' => [
            ['name' => 'Household Size', 'AttributeValue' => ['many']],
            ['name' => 'No Such Attribute', 'AttributeValue' => ['1']],
        ],
    ]]);
    $found = array_map(fn($violation) => [$violation->Code, $violation->Field], listed($detail, 'Violation'));
    equal('violations', $found, [
        ['INVALID_ATTRIBUTE_VALUE', 'Customer/CustomAttribute[1]/AttributeValue[1]'],
        ['UNKNOWN_ATTRIBUTE_TYPE', 'Customer/CustomAttribute[2]/@name'],
    ]);
    equal('Code and Field', [$detail->Code, $detail->Field], $found[0]);
    equal('Message', $detail->Message, $detail->Violation[0]->Message);
}

/** The answer speaks the version of the request. */
function answeredInItsVersion(Proxy $proxy): void
{
    $proxy->call('addCustomer', ['Customer' => person('Ida', 'Holm')]);
    preg_match('/^content-type: *([^;\s]+)/im', $proxy->client->__getLastResponseHeaders(), $mediaType);
    equal('Content-Type', $mediaType[1], MEDIA_TYPE[$proxy->version]);
    preg_match('/^(?:<\?.*?\?>)?\s*<\w+:Envelope xmlns:\w+="([^"]+)"/', $proxy->client->__getLastResponse(), $envelope);
    equal('namespace of the envelope', $envelope[1] ?? null, ENVELOPE[$proxy->version]);
}

/** Criteria are joined, pages follow each other in the order of names, and nothing found is no fault. */
function foundCustomers(Proxy $proxy): void
{
    foreach ([['Ida', 'Holm'], ['Åse', 'Holm'], ['Otto', 'Brandt']] as $number => [$first, $last]) {
        $contact = ['EMail' => [eMail("person$number.n@{$proxy->mailHost()}")]];
        $rest = ['AlternateKey' => [$proxy->key("searched $number")]];
        $proxy->call('addCustomer', ['Customer' => person($first, $last, $contact, $rest)]);
    }
    $everybody = ['EMailAddress' => ['_' => "n@{$proxy->mailHost()}", 'SearchType' => 'EndsWith']];
    $pages = foundPages($proxy, [...$everybody, 'MaxResults' => 2]);
    equal('everybody', array_merge(...$pages), ['Otto Brandt', 'Åse Holm', 'Ida Holm']);
    equal('most of a page', max(array_map(count(...), $pages)), 2);
    // Without a SearchType: StartsWith.
    equal('those of a family', foundPages($proxy, [...$everybody, 'LastName' => 'hol']), [['Åse Holm', 'Ida Holm']]);
    $key = [...$proxy->key('searched 2'), 'SearchType' => 'Exact'];
    equal('who has a key', foundPages($proxy, ['AlternateKey' => $key]), [['Otto Brandt']]);
    $nobody = [...$everybody, 'FirstName' => ['_' => 'Hol', 'SearchType' => 'Exact']];
    equal('nobody', foundPages($proxy, $nobody), [[]]);
}

/** The names of the customers that were found, page by page. */
function foundPages(Proxy $proxy, array $criteria): array
{
    $pages = [];
    do {
        $answer = $proxy->call('searchCustomers', [...$criteria, 'PageToken' => $answer->NextPageToken ?? null]);
        $found = array_map(names(...), listed($answer, 'Customer'));
        $pages[] = array_map(fn($names) => "{$names['First']} {$names['Last']}", $found);
    } while (isset($answer->NextPageToken));
    return $pages;
}

/** A search has to say for whom. */
function searchWithoutCriteria(Proxy $proxy): void
{
    $detail = $proxy->fault('searchCustomers', ['MaxResults' => 2]);
    equal('Code', $detail->Code, 'CUSTOMER_SEARCH_REQUIRED_PARAMETERS');
}

/** The records of a document succeed or fail each alone, in their order, and all are reported. */
function customersDocument(Proxy $proxy): void
{
    $key = $proxy->key('documented');
    $answer = $proxy->call('processCustomers', ['Customer' => [
        person('Ida', 'Holm', [], ['Action' => 'Add', 'AlternateKey' => [$key]]),
        ['Action' => 'AddorUpdate', 'Source' => 'Desk', 'AlternateKey' => [$key]],
        ['Action' => 'Update', 'Source' => 'Desk', 'AlternateKey' => [$proxy->key('nobody')]],
        ['Action' => 'Delete', 'AlternateKey' => [$key]],
    ]]);
    equal('counts', [$answer->RecordCount, $answer->SucceededCount, $answer->FailedCount], [4, 3, 1]);
    $told = fn($result) => [$result->Index, $result->Action, $result->Status, $result->Code ?? null];
    $results = array_map($told, $answer->Result);
    equal('results', $results, [
        [1, 'Add', 'Succeeded', null],
        [2, 'AddorUpdate', 'Succeeded', null],
        [3, 'Update', 'Failed', 'CUSTOMER_NOT_FOUND'],
        [4, 'Delete', 'Succeeded', null],
    ]);
    equal('is the Message empty', $answer->Result[2]->Message === '', false);
    $ids = array_map(fn($index) => $answer->Result[$index]->CustomerID, [0, 1, 3]);
    equal('number of customers', count(array_unique($ids)), 1);
    equal('Code', $proxy->fault('retrieveCustomer', ['AlternateKey' => [$key]])->Code, 'CUSTOMER_NOT_FOUND');
    $kept = $proxy->call('retrieveCustomer', ['CustomerID' => $ids[0], 'IncludeInactive' => true])->Customer;
    equal('Active and Source', [$kept->Active, $kept->Source], [false, 'Desk']);
}
