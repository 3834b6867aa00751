<?php
/**
 * What the PHP client does with merges, a function a case.
 *
 * Promises: the customers are of one proxy alone. Deliberately absent: what survives a merge.
 */

declare(strict_types=1);

/** A merge leads old ids and keys to the new customer; the old one names it; taken back, all is as before. */
function mergedCustomers(Proxy $proxy): void
{
    $keys = [$proxy->key('merged 1'), $proxy->key('merged 2')];
    $ids = array_map(function (string $first, array $key) use ($proxy): string {
        $customer = person($first, 'Voss', [], ['AlternateKey' => [$key]]);
        return $proxy->call('addCustomer', ['Customer' => $customer])->CustomerID;
    }, ['Ida', 'Otto'], $keys);
    $sent = [
        'MergeSource' => ['CustomerID' => $ids[0]],
        'MergeTargetSet' => ['MergeTarget' => [['AlternateKey' => [$keys[1]]]]],
    ];
    $preview = $proxy->call('mergeCustomers', [...$sent, 'Preview' => true]);
    equal('names of the preview', names($preview->Customer), ['First' => 'Ida', 'Last' => 'Voss']);
    $answer = $proxy->call('mergeCustomers', $sent);
    equal('merged customers', $answer->MergedCustomerID, $ids);
    $named = [
        ['CustomerID' => $ids[0]], ['CustomerID' => $ids[1]], ['AlternateKey' => [$keys[0]]], ['AlternateKey' => [$keys[1]]],
    ];
    foreach ($named as $identifier) {
        $found = $proxy->call('retrieveCustomer', $identifier)->Customer;
        equal('CustomerID', [$found->CustomerID, $found->MergedInto ?? null], [$answer->CustomerID, null]);
    }
    $old = $proxy->call('retrieveCustomer', ['CustomerID' => $ids[1], 'IncludeInactive' => true])->Customer;
    equal('old customer', [$old->CustomerID, $old->Active, $old->MergedInto], [$ids[1], false, $answer->CustomerID]);
    $restored = $proxy->call('unmergeCustomers', ['CustomerID' => $answer->CustomerID]);
    equal('restored customers', $restored->CustomerID, $ids);
    $found = $proxy->retrieve($keys[1]);
    equal('after the unmerge', [$found->CustomerID, $found->MergedInto ?? null], [$ids[1], null]);
    $detail = $proxy->fault('unmergeCustomers', ['CustomerID' => $ids[0]]);
    equal('Code of an unmerge of nothing', $detail->Code, 'MERGE_CUSTOMER_CREATION_EXCEPTION');
}

/** An object that stands in two places is sent as a reference and refused with its place; a clone of it is not. */
function sameObjectTwice(Proxy $proxy): void
{
    $nobody = (object) ['CustomerID' => '999999999'];
    $merge = fn(object $target) => $proxy->fault('mergeCustomers', [
        'MergeSource' => $nobody,
        'MergeTargetSet' => ['MergeTarget' => [$target]],
    ]);
    $refused = $merge($nobody);
    equal('Code', $refused->Code, 'INVALID_ATTRIBUTE_VALUE');
    $attribute = $proxy->version === SOAP_1_1 ? 'href' : 'ref';
    equal('Field', $refused->Field, "MergeTargetSet/MergeTarget/@$attribute");
    equal('Code of a clone', $merge(clone $nobody)->Code, 'CUSTOMER_NOT_FOUND');
}
