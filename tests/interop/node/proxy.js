/**
 * The service as node-soap sees it.
 *
 * Promises: the proxy is made from the WSDL alone; a fault is checked for its version's code before its detail is
 * handed on. Deliberately absent: types for attributes and fault details, which node-soap does not have: their values
 * are text.
 */
'use strict';

const { isDeepStrictEqual } = require('node:util');
const soap = require('soap');

// Who is at fault when the caller is, in the words of each version.
const CALLER = { '1.1': 'Client', '1.2': 'Sender' };
const ENVELOPE = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
};
const MEDIA_TYPE = { '1.1': 'text/xml', '1.2': 'application/soap+xml' };
const PORT = { '1.1': 'CRMProcessorSoap11', '1.2': 'CRMProcessorSoap12' };

/** What was expected and is not so. */
class Failed extends Error {}

/** Fails unless both are equal, types included. */
function equal(found, expected, what) {
  if (!isDeepStrictEqual(found, expected)) {
    throw new Failed(`${what} is ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
  }
}

/** The service over one SOAP version, at the address of a port. */
class Proxy {
  /** @param {{name: string, version: string, portVersion: string}} how the port is named apart from the version, for
   *  node-soap speaks 1.1 to every port unless it is told otherwise. */
  static async make(wsdlUrl, { name, version, portVersion }) {
    const proxy = new Proxy();
    Object.assign(proxy, { name, version });
    proxy.client = await soap.createClientAsync(wsdlUrl, { forceSoap12Headers: version === '1.2' });
    proxy.port = proxy.client.CRMProcessor[PORT[portVersion]];
    proxy.client.on('response', (body, response) => { proxy.last = { body, response }; });
    return proxy;
  }

  /** Does the WSDL declare this operation? */
  declares(operation) {
    return typeof this.port[operation] === 'function';
  }

  call(operation, parameters) {
    return new Promise((resolve, reject) => {
      this.port[operation](parameters, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  }

  /** The customer that an alternate key finds. */
  async retrieve(key, rest = {}) {
    return (await this.call('retrieveCustomer', { AlternateKey: [key], ...rest })).Customer;
  }

  /** Calls and returns the declared detail of the fault that has to come. */
  async fault(operation, parameters) {
    const fault = await this.call(operation, parameters).then(
      () => { throw new Failed(`a fault of ${operation} was expected, there is an answer`); },
      (error) => {
        if (!error.root) throw error;
        return error.root.Envelope.Body.Fault;
      },
    );
    const [code, text, detail] = this.version === '1.1'
      ? [fault.faultcode, fault.faultstring, fault.detail]
      : [fault.Code.Value, fault.Reason.Text.$value, fault.Detail];
    equal(code.split(':').at(-1), CALLER[this.version], 'fault code');
    equal(Object.keys(detail), ['CRMProcessorFault'], 'names of the details');
    equal(text, detail.CRMProcessorFault.Message, 'text of the fault');
    return detail.CRMProcessorFault;
  }

  /** An alternate key that no other proxy of this client uses. */
  key(of) {
    return { attributes: { TypeCode: 'XSTORE_ID' }, AlternateID: `node, ${this.name}, ${of}` };
  }

  /** A host of e-mail addresses that no other proxy of this client uses. */
  get mailHost() {
    return `node-${this.name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.example.net`;
  }
}

/** The elements of a list that may be left out; a single one is no array where node-soap knows no type. */
function listed(found) {
  return found === undefined ? [] : [found].flat();
}

/** A customer with a name, contact points and whatever else is given. */
function person(first, last, contact, rest = {}) {
  const name = [named('First', first), named('Last', last)];
  return { ...rest, EntityInformation: { Individual: { Name: { Name: name }, ContactInformation: contact } } };
}

function named(Location, text) {
  return { attributes: { Location }, $value: text };
}

function address(AddressLine1, PostalCode, TypeCode = 'HOME') {
  return { attributes: { TypeCode }, AddressLine1, PostalCode, Country: 'US' };
}

function eMail(EMailAddress, attributes = {}) {
  return { attributes: { TypeCode: 'HOME', ...attributes }, EMailAddress };
}

/** Location => text of the names of a customer. */
function names(customer) {
  const found = customer.EntityInformation.Individual.Name.Name;
  return Object.fromEntries(found.map((name) => [name.attributes.Location, name.$value]));
}

function contactPoints(customer, kind) {
  return listed(customer.EntityInformation.Individual.ContactInformation?.[kind]);
}

module.exports = { Proxy, Failed, equal, ENVELOPE, MEDIA_TYPE, listed, person, address, eMail, names, contactPoints };
