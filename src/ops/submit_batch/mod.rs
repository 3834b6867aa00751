//! submitBatch: takes a batch file and answers with the id of its run.
//!
//! Request: `Fileset`, `FileName`, `Content` (base64). Answer: `RunID`. When it is sent, the file is durably in its place
//! and the run is known; its records are carried out afterwards. `INVALID_ATTRIBUTE_VALUE` for a name that is none, or a
//! content that is missing or no base64; `SERVICE_UNAVAILABLE` where there is no room for the file. What the file holds is
//! looked at when its turn comes: a file that is no batch file makes a run that is refused.
//!
//! Committed together: the run, and the memory of the message. So a message that is sent again answers with the same run.

mod soap;
#[cfg(test)]
mod tests;

use super::{Context, Decision, NewFile, Operation};
use crate::domain::error::Error;
use crate::store::Reads;

/// The operation.
pub(super) struct SubmitBatch;

/// A file and its names.
pub(super) struct Request {
    fileset: String,
    file_name: String,
    content: Vec<u8>,
}

/// The id of the run.
#[derive(Debug)]
pub(super) struct Answer(u64);

impl Operation for SubmitBatch {
    const NAME: &'static str = "submitBatch";
    const WRITES: bool = true;
    type Request = Request;
    type Answer = Answer;

    /// Puts the file into its place, which has no effect before the change is committed.
    async fn run(
        _reads: &dyn Reads,
        request: &Request,
        context: &Context<'_>,
    ) -> Result<Decision<Answer>, Error> {
        let Request { fileset, file_name, content } = request;
        let file = NewFile { fileset, file_name, content };
        let placed = context.batch_files().place(file, context.call.caller).await?;
        let answer = Answer(placed.run);
        Ok(Decision { change: placed.take_on(context.now().timestamp)?, answer })
    }
}
