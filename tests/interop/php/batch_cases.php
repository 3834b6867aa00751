<?php
/**
 * What the PHP client does with batch files, a function a case.
 *
 * Promises: a case waits for its run to end by asking for it, for a bounded time. Deliberately absent: what a file may
 * hold, and pages of failures, which other clients read.
 */

declare(strict_types=1);

// A file of two records ends long before.
const PATIENCE_SECONDS = 30;
const PAUSE_MICROSECONDS = 50_000;
const ENDED = ['Completed', 'CompletedWithFailures', 'Broken', 'Refused', 'Cancelled'];

/** A file is carried out; its run tells the counts and the record that failed. */
function submittedFile(Proxy $proxy): void
{
    [$key, $nobody] = [$proxy->key('batch'), $proxy->key('batch, nobody')];
    $file = '<Customers>' . batchRecord('Add', $key) . batchRecord('Update', $nobody) . '</Customers>';
    // SoapClient writes the bytes as base64.
    $sent = ['Fileset' => 'interop', 'FileName' => 'people.xml', 'Content' => $file];
    $id = $proxy->call('submitBatch', $sent)->RunID;
    $run = endedRun($proxy, $id);
    equal('run', [$run->RunID, $run->Fileset, $run->FileName, $run->State],
        [$id, 'interop', 'people.xml', 'CompletedWithFailures']);
    equal('counts', [$run->RecordCount, $run->SucceededCount, $run->FailedCount], [2, 1, 1]);
    $told = fn($failure) => [$failure->Index, $failure->Line, $failure->Action, $failure->Code];
    equal('failures', array_map($told, $run->Failure), [[2, 1, 'Update', 'CUSTOMER_NOT_FOUND']]);
    equal('is the Message empty', $run->Failure[0]->Message === '', false);
    $keys = array_map(fn($key) => [$key->TypeCode, $key->AlternateID], $run->Failure[0]->AlternateKey);
    equal('keys of the failure', $keys, [[ALTERNATE_KEY_TYPE, $nobody['AlternateID']]]);
    equal('is there another page', isset($run->NextPageToken), false);
    equal('is the customer active', $proxy->retrieve($key)->Active, true);
}

/** A name that leads elsewhere and a run that nobody knows are faults with their codes. */
function refusedFile(Proxy $proxy): void
{
    $sent = ['Fileset' => '../x', 'FileName' => 'a.xml', 'Content' => '<Customers/>'];
    $detail = $proxy->fault('submitBatch', $sent);
    equal('Code and Field', [$detail->Code, $detail->Field], ['INVALID_ATTRIBUTE_VALUE', 'Fileset']);
    equal('Code of an unknown run', $proxy->fault('getBatchStatus', ['RunID' => '4711000'])->Code, 'BATCH_RUN_NOT_FOUND');
}

/** The run once it has ended. */
function endedRun(Proxy $proxy, string $id): object
{
    $end = microtime(true) + PATIENCE_SECONDS;
    while (true) {
        $run = $proxy->call('getBatchStatus', ['RunID' => $id])->Run;
        if (in_array($run->State, ENDED, true)) {
            return $run;
        }
        if (microtime(true) > $end) {
            throw new Failed("run $id is still $run->State");
        }
        usleep(PAUSE_MICROSECONDS);
    }
}

function batchRecord(string $action, array $key): string
{
    return "<Customer Action=\"$action\"><Source/><AlternateKey TypeCode=\"{$key['TypeCode']}\">"
        . "<AlternateID>{$key['AlternateID']}</AlternateID></AlternateKey></Customer>";
}
