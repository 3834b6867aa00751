<?php
/**
 * The service as PHP's SoapClient sees it.
 *
 * Promises: the proxy is made from the WSDL alone; a fault is checked for its version's code before its detail is
 * handed on. Deliberately absent: types for fault details, which SoapClient does not have: all their values are text.
 */

declare(strict_types=1);

const ALTERNATE_KEY_TYPE = 'XSTORE_ID';
// Who is at fault when the caller is, in the words of each version.
const CALLER = [SOAP_1_1 => 'Client', SOAP_1_2 => 'Sender'];
const MEDIA_TYPE = [SOAP_1_1 => 'text/xml', SOAP_1_2 => 'application/soap+xml'];
const ENVELOPE = [
    SOAP_1_1 => 'http://schemas.xmlsoap.org/soap/envelope/',
    SOAP_1_2 => 'http://www.w3.org/2003/05/soap-envelope',
];

/** What was expected and is not so. */
final class Failed extends Exception
{
}

/** The service over one SOAP version, at the address that SoapClient takes from the WSDL or at another. */
final class Proxy
{
    public readonly SoapClient $client;

    public function __construct(
        string $wsdlUrl,
        public readonly string $name,
        public readonly int $version,
        ?string $address = null,
    ) {
        $this->client = new SoapClient($wsdlUrl, [
            'soap_version' => $version,
            'trace' => true,
            'cache_wsdl' => WSDL_CACHE_NONE,
            'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
        ]);
        if ($address !== null) {
            $this->client->__setLocation($address);
        }
    }

    /** Does the WSDL declare this operation? */
    public function declares(string $operation): bool
    {
        foreach ($this->client->__getFunctions() as $signature) {
            if (str_contains($signature, " $operation(")) {
                return true;
            }
        }
        return false;
    }

    public function call(string $operation, array $parameters): object
    {
        return $this->client->__soapCall($operation, [$parameters]);
    }

    /** The customer that an alternate key finds. */
    public function retrieve(array $key, array $rest = []): object
    {
        return $this->call('retrieveCustomer', ['AlternateKey' => [$key], ...$rest])->Customer;
    }

    /** Calls and returns the declared detail of the fault that has to come. */
    public function fault(string $operation, array $parameters): object
    {
        try {
            $this->call($operation, $parameters);
        } catch (SoapFault $fault) {
            equal('fault code', preg_replace('/^.*:/', '', $fault->faultcode), CALLER[$this->version]);
            equal('names of the details', array_keys((array) $fault->detail), ['CRMProcessorFault']);
            $detail = $fault->detail->CRMProcessorFault;
            equal('fault string', $fault->getMessage(), $detail->Message);
            return $detail;
        }
        throw new Failed("a fault of $operation was expected, there is an answer");
    }

    /** An alternate key that no other proxy of this client uses. */
    public function key(string $of): array
    {
        return ['AlternateID' => "php, $this->name, $of", 'TypeCode' => ALTERNATE_KEY_TYPE];
    }

    /** A host of e-mail addresses that no other proxy of this client uses. */
    public function mailHost(): string
    {
        return 'php-' . preg_replace('/[^a-z0-9]+/', '-', strtolower($this->name)) . '.example.net';
    }
}

/** Fails unless both are equal, types included. */
function equal(string $what, mixed $found, mixed $expected): void
{
    if ($found !== $expected) {
        throw new Failed("$what is " . json_encode($found, JSON_UNESCAPED_UNICODE) . ', expected '
            . json_encode($expected, JSON_UNESCAPED_UNICODE));
    }
}

/** The elements of a list that may be left out. */
function listed(?object $parent, string $name): array
{
    $found = $parent->$name ?? [];
    // Where no type tells SoapClient that an element may repeat, a single one is no array.
    return is_array($found) ? $found : [$found];
}

/** A customer with a name, contact points and whatever else is given. */
function person(string $first, string $last, array $contact = [], array $rest = []): array
{
    $names = [['_' => $first, 'Location' => 'First'], ['_' => $last, 'Location' => 'Last']];
    $individual = ['Name' => ['Name' => $names], 'ContactInformation' => $contact ?: null];
    return ['EntityInformation' => ['Individual' => $individual], ...$rest];
}

function home(string $line, string $postalCode): array
{
    return ['AddressLine1' => $line, 'PostalCode' => $postalCode, 'Country' => 'US', 'TypeCode' => 'HOME'];
}

function eMail(string $address, ?string $updateType = null): array
{
    return ['EMailAddress' => $address, 'TypeCode' => 'HOME', 'UpdateType' => $updateType];
}

/** Location => text of the names of a customer. */
function names(object $customer): array
{
    $names = listed($customer->EntityInformation->Individual->Name, 'Name');
    return array_column(array_map(fn($name) => [$name->Location, $name->_], $names), 1, 0);
}

function contactPoints(object $customer, string $kind): array
{
    return listed($customer->EntityInformation->Individual->ContactInformation ?? null, $kind);
}
