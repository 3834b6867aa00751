//! Runs of batch files, read a second time.

use yaserde::YaDeserialize;

use super::AlternateKey;

/// The answer of `submitBatch`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct Submitted {
    #[yaserde(prefix = "crm", rename = "RunID")]
    pub(crate) run_id: Option<String>,
}

/// The answer of `getBatchStatus`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct RunWrapper {
    #[yaserde(prefix = "crm", rename = "Run")]
    pub(crate) run: Option<Run>,
}

/// `BatchRunType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct Run {
    #[yaserde(prefix = "crm", rename = "RunID")]
    pub(crate) run_id: Option<String>,
    #[yaserde(prefix = "crm", rename = "Fileset")]
    pub(crate) fileset: Option<String>,
    #[yaserde(prefix = "crm", rename = "FileName")]
    pub(crate) file_name: Option<String>,
    #[yaserde(prefix = "crm", rename = "State")]
    pub(crate) state: Option<String>,
    #[yaserde(prefix = "crm", rename = "RecordCount")]
    pub(crate) record_count: Option<String>,
    #[yaserde(prefix = "crm", rename = "SucceededCount")]
    pub(crate) succeeded_count: Option<String>,
    #[yaserde(prefix = "crm", rename = "FailedCount")]
    pub(crate) failed_count: Option<String>,
    #[yaserde(prefix = "crm", rename = "WarningCount")]
    pub(crate) warning_count: Option<String>,
    #[yaserde(prefix = "crm", rename = "StartTime")]
    pub(crate) start_time: Option<String>,
    #[yaserde(prefix = "crm", rename = "EndTime")]
    pub(crate) end_time: Option<String>,
    #[yaserde(prefix = "crm", rename = "Code")]
    pub(crate) code: Option<String>,
    #[yaserde(prefix = "crm", rename = "Message")]
    pub(crate) message: Option<String>,
    #[yaserde(prefix = "crm", rename = "Failure")]
    pub(crate) failures: Vec<Failure>,
    #[yaserde(prefix = "crm", rename = "NextPageToken")]
    pub(crate) next_page_token: Option<String>,
}

/// `BatchFailureType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct Failure {
    #[yaserde(prefix = "crm", rename = "Index")]
    pub(crate) index: Option<String>,
    #[yaserde(prefix = "crm", rename = "Line")]
    pub(crate) line: Option<String>,
    #[yaserde(prefix = "crm", rename = "ByteOffset")]
    pub(crate) byte_offset: Option<String>,
    #[yaserde(prefix = "crm", rename = "Action")]
    pub(crate) action: Option<String>,
    #[yaserde(prefix = "crm", rename = "Code")]
    pub(crate) code: Option<String>,
    #[yaserde(prefix = "crm", rename = "Message")]
    pub(crate) message: Option<String>,
    #[yaserde(prefix = "crm", rename = "Field")]
    pub(crate) field: Option<String>,
    #[yaserde(prefix = "crm", rename = "CustomerID")]
    pub(crate) customer_id: Option<String>,
    #[yaserde(prefix = "crm", rename = "AlternateKey")]
    pub(crate) alternate_keys: Vec<AlternateKey>,
    #[yaserde(prefix = "crm", rename = "CardNumber")]
    pub(crate) card_number: Option<String>,
    #[yaserde(prefix = "crm", rename = "InstrumentID")]
    pub(crate) instrument_id: Option<String>,
}
