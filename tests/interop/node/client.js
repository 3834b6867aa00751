/**
 * A node-soap client whose proxy is made from the WSDL of a running server.
 *
 * Promises: every operation that the WSDL declares is called over SOAP 1.1 and 1.2, also with 1.1 at the address of
 * 1.2, where node-soap sends it by itself; the values of answers and fault details are compared. A case whose
 * operation the WSDL does not declare is skipped aloud. The last line is `N passed, N failed, N skipped`, the exit code
 * is 1 if anything failed. Deliberately absent: hostile or hand-written messages, WS-Addressing.
 *
 * Usage: client.js WSDL_URL
 */
'use strict';

const { Failed, Proxy } = require('./proxy.js');
const CASES = ['cases', 'card_cases', 'merge_cases', 'batch_cases'].flatMap((file) => require(`./${file}.js`));

const PROXIES = [
  { name: 'SOAP 1.1', version: '1.1', portVersion: '1.1' },
  { name: 'SOAP 1.2', version: '1.2', portVersion: '1.2' },
  { name: 'SOAP 1.1 at the second address', version: '1.1', portVersion: '1.2' },
];

/** Runs one case: passed, failed or skipped. */
async function outcome(proxy, run, operation) {
  const name = `node, ${proxy.name}: ${run.name}`;
  if (!proxy.declares(operation)) {
    console.log(`skipped ${name}: the WSDL declares no ${operation}`);
    return 'skipped';
  }
  try {
    await run(proxy);
  } catch (error) {
    // A fault nobody expected says enough without the way to it.
    const told = error instanceof Failed || error.root ? error.message : error.stack;
    console.log(`FAILED ${name}: ${told}`);
    return 'failed';
  }
  console.log(`ok     ${name}`);
  return 'passed';
}

async function main(wsdlUrl) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const how of PROXIES) {
    const proxy = await Proxy.make(wsdlUrl, how);
    for (const [run, operation] of CASES) {
      count[await outcome(proxy, run, operation)] += 1;
    }
  }
  console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  return count.failed || !count.passed ? 1 : 0;
}

main(process.argv[2]).then((code) => { process.exitCode = code; });
