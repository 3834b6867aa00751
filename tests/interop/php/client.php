<?php
/**
 * A client with PHP's SoapClient, whose proxy is made from the WSDL of a running server.
 *
 * Promises: every operation that the WSDL declares is called over SOAP 1.1 and 1.2, also with 1.2 at the address of
 * 1.1, where SoapClient sends it by itself; the values of answers and fault details are compared. A case whose
 * operation the WSDL does not declare is skipped aloud. The last line is `N passed, N failed, N skipped`, the exit code
 * is 1 if anything failed. Deliberately absent: hostile or hand-written messages, WS-Addressing.
 *
 * Usage: client.php WSDL_URL
 */

declare(strict_types=1);

require __DIR__ . '/proxy.php';
require __DIR__ . '/cases.php';
require __DIR__ . '/card_cases.php';
require __DIR__ . '/merge_cases.php';
require __DIR__ . '/batch_cases.php';

// A warning or notice of PHP's fails the case in which it comes.
set_error_handler(function (int $level, string $message): never {
    throw new ErrorException($message, 0, $level);
});

// Each case, and the operation without which there is no such case.
const CASES = [
    'addedCustomer' => 'addCustomer',
    'addedOrUpdatedCustomer' => 'addOrUpdateCustomer',
    'updatedCustomer' => 'updateCustomer',
    'leftOutIsNotChanged' => 'updateCustomer',
    'deletedCustomer' => 'deleteCustomer',
    'warning' => 'addOrUpdateCustomer',
    'notFound' => 'retrieveCustomer',
    'alreadyExists' => 'addCustomer',
    'violations' => 'addCustomer',
    'answeredInItsVersion' => 'addCustomer',
    'foundCustomers' => 'searchCustomers',
    'searchWithoutCriteria' => 'searchCustomers',
    'customersDocument' => 'processCustomers',
    'recordedTransactions' => 'recordTransaction',
    'associatedCard' => 'associateCardToCustomer',
    'cardsDocument' => 'activateInstrumentCustomer',
    'mergedCustomers' => 'mergeCustomers',
    'sameObjectTwice' => 'mergeCustomers',
    'submittedFile' => 'submitBatch',
    'refusedFile' => 'getBatchStatus',
];

/** The address of the port for SOAP 1.2, for SoapClient sends everything to that of the first port. */
function soap12Address(string $wsdlUrl): string
{
    preg_match('/<soap12:address location="([^"]+)"/', file_get_contents($wsdlUrl), $found);
    return $found[1] ?? throw new Failed('the WSDL has no address for SOAP 1.2');
}

/** Runs one case: passed, failed or skipped. */
function outcome(Proxy $proxy, string $case, string $operation): string
{
    $name = "php, $proxy->name: $case";
    if (!$proxy->declares($operation)) {
        echo "skipped $name: the WSDL declares no $operation\n";
        return 'skipped';
    }
    try {
        $case($proxy);
    } catch (Failed | SoapFault $failed) {
        echo "FAILED $name: {$failed->getMessage()}\n";
        return 'failed';
    } catch (Throwable $error) {
        echo "FAILED $name: $error\n";
        return 'failed';
    }
    echo "ok     $name\n";
    return 'passed';
}

function main(string $wsdlUrl): int
{
    $proxies = [
        new Proxy($wsdlUrl, 'SOAP 1.1', SOAP_1_1),
        new Proxy($wsdlUrl, 'SOAP 1.2', SOAP_1_2, soap12Address($wsdlUrl)),
        new Proxy($wsdlUrl, 'SOAP 1.2 at the first address', SOAP_1_2),
    ];
    $count = ['passed' => 0, 'failed' => 0, 'skipped' => 0];
    foreach ($proxies as $proxy) {
        foreach (CASES as $case => $operation) {
            $count[outcome($proxy, $case, $operation)]++;
        }
    }
    echo "{$count['passed']} passed, {$count['failed']} failed, {$count['skipped']} skipped\n";
    return $count['failed'] || !$count['passed'] ? 1 : 0;
}

exit(main($argv[1]));
