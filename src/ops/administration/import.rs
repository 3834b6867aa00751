//! Import: what an export wrote, into this store.
//!
//! A file comes in portions of whole lines. Each line is checked (form, size, whether its keys are free) and written
//! by itself, under assertions, with a row of the change log (`import`, by the user who imports); many lines are
//! under way at once, so that the committer stores them in groups. A customer and a message that are there already
//! as the file has them are left alone, so the same file again changes nothing; others under the same id are refused:
//! an import never overwrites. What is refused is told with its line, never with its content.
//!
//! A customer's history from the file goes into the commit of the import, in its order, before the import's own row;
//! those rows lead to no earlier commit, for that number would be another store's. Deliberately absent: updating of
//! customers from a file, and the rules on names and the like (see [`super::form`]).

use std::sync::Arc;

use bytes::Bytes;
use tokio::task::JoinSet;

use super::document::{Document, FORMAT};
use super::line::Refused;
use super::{Administration, Stop};
use crate::store::StoreError;

/// How many lines are under way at once.
const IN_FLIGHT_MAX: usize = 256;

/// Who imports.
#[derive(Debug, Clone)]
pub struct Importer {
    /// The *who* of the change log.
    pub who: String,
    /// The request, as logs name it.
    pub request_id: String,
}

/// What became of a portion.
#[derive(Debug, Default)]
pub struct Imported {
    /// Lines that are in the store now.
    pub done: u64,
    /// Lines that were refused and why, in the order of the file; no customer data.
    pub refused: Vec<(u64, String)>,
    /// Why the work ended before the portion did.
    pub stopped: Option<Stop>,
}

impl Administration {
    /// Imports whole lines, the first of which is line `first_line` of the file; a file begins with its header.
    pub async fn import(&self, importer: Importer, first_line: u64, portion: Bytes) -> Imported {
        let mut work = Work {
            administration: self.clone(),
            importer: Arc::new(importer),
            under_way: JoinSet::new(),
            outcome: Imported::default(),
            reference_data: false,
            sort: Sort::Others,
        };
        let mut start = 0;
        let mut number = first_line;
        while start < portion.len() && work.outcome.stopped.is_none() {
            let end = memchr::memchr(b'\n', &portion[start..]).map_or(portion.len(), |at| start + at);
            let line = portion.slice(start..start + portion[start..end].trim_ascii_end().len());
            start = end + 1;
            if number == 1 {
                if let Err(why) = check_header(&line) {
                    work.outcome.stopped = Some(Stop::NotAnExport(why));
                    break;
                }
            } else if !line.is_empty() {
                work.begin(number, line).await;
            }
            number += 1;
        }
        work.finish().await
    }
}

fn check_header(line: &[u8]) -> Result<(), String> {
    match Document::read(line) {
        Ok(Document::Export(header)) if header.format == FORMAT => Ok(()),
        Ok(Document::Export(header)) => Err(format!(
            "line 1: the file has format {}, this program reads format {FORMAT}; use the program that wrote it",
            header.format
        )),
        Ok(_) => Err("line 1: the file does not begin with the header of an export".to_owned()),
        Err(why) => Err(format!("line 1 {why}; an export begins with its header")),
    }
}

/// A portion that is being imported.
struct Work {
    administration: Administration,
    importer: Arc<Importer>,
    under_way: JoinSet<(u64, Result<(), Refused>)>,
    outcome: Imported,
    /// Was some of it reference data?
    reference_data: bool,
    /// What is under way; nothing else is.
    sort: Sort,
}

/// Lines that may go side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Cards,
    CustomersAndMessages,
    Merges,
    /// One at a time.
    Others,
}

impl Sort {
    fn of(line: &[u8]) -> Self {
        match line {
            line if line.starts_with(b"{\"card\"") => Sort::Cards,
            line if line.starts_with(b"{\"merge\"") || line.starts_with(b"{\"promotion_target\"") => {
                Sort::Merges
            }
            line if line.starts_with(b"{\"customer\"") || line.starts_with(b"{\"message\"") => {
                Sort::CustomersAndMessages
            }
            _ => Sort::Others,
        }
    }
}

impl Work {
    /// Begins with a line. Those of a sort go side by side; every other sort waits for what is before it.
    async fn begin(&mut self, number: u64, line: Bytes) {
        self.reference_data |= line.starts_with(b"{\"reference\"");
        let sort = Sort::of(&line);
        // Search learns of a customer's cards together with the customer, so its cards come first; a merge is one of
        // customers who are there.
        let at_once = if sort == self.sort && sort != Sort::Others { IN_FLIGHT_MAX } else { 1 };
        while self.under_way.len() >= at_once {
            self.take_one().await;
        }
        self.sort = sort;
        let (administration, importer) = (self.administration.clone(), Arc::clone(&self.importer));
        self.under_way.spawn(async move { (number, administration.import_line(&importer, &line).await) });
        if sort == Sort::Others {
            self.take_one().await;
        }
    }

    async fn take_one(&mut self) {
        let Some(joined) = self.under_way.join_next().await else { return };
        match joined {
            Ok((_, Ok(()))) => self.outcome.done += 1,
            Ok((number, Err(Refused::Line(why)))) => self.outcome.refused.push((number, why)),
            Ok((_, Err(Refused::Store(error)))) => self.outcome.stopped = Some(error.into()),
            Err(error) => {
                self.outcome.stopped = Some(StoreError::Engine(error.to_string()).into());
            }
        }
    }

    async fn finish(mut self) -> Imported {
        while !self.under_way.is_empty() {
            self.take_one().await;
        }
        if self.reference_data {
            let gateway = &self.administration.gateway;
            if let Err(error) = gateway.reference.refresh(&*gateway.store).await {
                self.outcome.stopped.get_or_insert(StoreError::Engine(error.to_string()).into());
            }
        }
        self.outcome.refused.sort();
        self.outcome
    }
}
