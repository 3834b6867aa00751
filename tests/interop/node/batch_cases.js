/**
 * What the node-soap client does with batch files, a function a case.
 *
 * Promises: a case waits for its run to end by asking for it, for a bounded time. Deliberately absent: what a file may
 * hold, and pages of failures, which other clients read.
 */
'use strict';

const { setTimeout: pause } = require('node:timers/promises');
const { Failed, equal, listed } = require('./proxy.js');

// A file of two records ends long before.
const PATIENCE_MS = 30000;
const PAUSE_MS = 50;
const ENDED = ['Completed', 'CompletedWithFailures', 'Broken', 'Refused', 'Cancelled'];

/** A file is carried out; its run tells the counts and the record that failed. */
async function submittedFile(proxy) {
  const [key, nobody] = [proxy.key('batch'), proxy.key('batch, nobody')];
  const file = `<Customers>${record('Add', key)}${record('Update', nobody)}</Customers>`;
  // node-soap sends the text as it is, so that base64 is the caller's to make.
  const Content = Buffer.from(file).toString('base64');
  const { RunID } = await proxy.call('submitBatch', { Fileset: 'interop', FileName: 'people.xml', Content });
  const run = await endedRun(proxy, RunID);
  equal([run.RunID, run.Fileset, run.FileName, run.State],
    [RunID, 'interop', 'people.xml', 'CompletedWithFailures'], 'run');
  equal([run.RecordCount, run.SucceededCount, run.FailedCount].map(Number), [2, 1, 1], 'counts');
  const failures = listed(run.Failure);
  equal(failures.map(({ Index, Line, Action, Code }) => [Number(Index), Number(Line), Action, Code]),
    [[2, 1, 'Update', 'CUSTOMER_NOT_FOUND']], 'failures');
  equal(typeof failures[0].Message, 'string', 'type of the Message');
  equal(listed(failures[0].AlternateKey).map((found) => [found.attributes.TypeCode, found.AlternateID]),
    [['XSTORE_ID', nobody.AlternateID]], 'keys of the failure');
  equal(run.NextPageToken, undefined, 'NextPageToken');
  equal((await proxy.retrieve(key)).Active, true, 'whether the customer is active');
}

/** A name that leads elsewhere and a run that nobody knows are faults with their codes. */
async function refusedFile(proxy) {
  const Content = Buffer.from('<Customers/>').toString('base64');
  const refused = await proxy.fault('submitBatch', { Fileset: '../x', FileName: 'a.xml', Content });
  equal([refused.Code, refused.Field], ['INVALID_ATTRIBUTE_VALUE', 'Fileset'], 'Code and Field');
  const unknown = await proxy.fault('getBatchStatus', { RunID: '4711000' });
  equal(unknown.Code, 'BATCH_RUN_NOT_FOUND', 'Code of an unknown run');
}

/** The run once it has ended. */
async function endedRun(proxy, RunID) {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const { Run } = await proxy.call('getBatchStatus', { RunID });
    if (ENDED.includes(Run.State)) return Run;
    if (performance.now() > end) throw new Failed(`run ${RunID} is still ${Run.State}`);
    await pause(PAUSE_MS);
  }
}

function record(action, { attributes, AlternateID }) {
  const key = `<AlternateKey TypeCode="${attributes.TypeCode}"><AlternateID>${AlternateID}</AlternateID></AlternateKey>`;
  return `<Customer Action="${action}"><Source/>${key}</Customer>`;
}

/** Each case, and the operation without which there is no such case. */
module.exports = [
  [submittedFile, 'submitBatch'],
  [refusedFile, 'getBatchStatus'],
];
