//! Batch files (rules B): the handle through which every face submits, watches and steers them.
//!
//! A file comes into a fileset, by [`Batches::submit`] or by being put into the folder `incoming/<fileset>`; it becomes a
//! run with an id, waits behind the earlier ones of its fileset, and is carried out record by record. What became of it
//! stands in the store (the run's row, the review) and in the folder `complete/<fileset>`. A run is never done twice: its
//! position is committed together with the records before it.
//!
//! Deliberately absent: how a record is decided and committed, which is `ops`'; how a file is read, which is
//! `wire/batch`'s; any face.

mod carry;
mod control;
mod finish;
mod folders;
mod incoming;
mod names;
mod numbers;
mod reading;
mod refusal;
mod serving;
mod submission;
mod submitted;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use prometheus::core::Collector;
use tokio::sync::{MutexGuard, OnceCell};

pub use refusal::Refusal;
pub use submission::Submission;
pub use submitted::SubmittedFiles;

use self::control::Wish;
use self::folders::Folders;
use self::numbers::Numbers;
use self::serving::Known;
use crate::ops::Gateway;
use crate::ops::runs::{self, BatchFailure, BatchRun, BatchWarning, RunState, StoredRun};
use crate::wire::batch::BatchLimits;

/// How much less than others the threads of batch files are given of a processor that everybody wants.
const NICE: i32 = 10;

/// What batch files need to know of the configuration (`batch.*`).
#[derive(Debug, Clone)]
pub struct BatchOptions {
    /// The folder with `incoming`, `running` and `complete`.
    pub root: PathBuf,
    /// Under which name this gateway claims files.
    pub gateway_id: String,
    /// The limits of a file and of one record.
    pub limits: BatchLimits,
    /// How often `incoming` is looked at.
    pub look_every: Duration,
    /// How long a file without a marker must not have changed before it is taken.
    pub settle: Duration,
    /// How long a run that could not go on waits before it is tried again.
    pub retry_after: Duration,
    /// How many warnings of a run are listed; all are counted.
    pub warnings_listed_max: u64,
    /// The most records that are stored together; `None` for what suits the engine.
    pub chunk_records_max: Option<usize>,
    /// How long a run waits after the store's first refusal; each further one doubles it. `None` for what suits a server.
    pub first_pause: Option<Duration>,
}

impl BatchOptions {
    /// What suits a server, with everything under `root`.
    pub fn at(root: PathBuf) -> Self {
        BatchOptions {
            root,
            gateway_id: "gateway-1".to_owned(),
            limits: BatchLimits::default(),
            look_every: Duration::from_secs(1),
            settle: Duration::from_secs(3),
            retry_after: Duration::from_secs(30),
            warnings_listed_max: 10_000,
            chunk_records_max: None,
            first_pause: None,
        }
    }
}

/// The batch files of a gateway. A clone is a second handle.
#[derive(Clone)]
pub struct Batches {
    shared: Arc<Shared>,
}

struct Shared {
    gateway: Arc<Gateway>,
    options: BatchOptions,
    folders: Folders,
    numbers: Numbers,
    /// The lock of the gateway's folder, once it was needed.
    lock: OnceCell<File>,
    known: Known,
    /// So that two runs never choose the same name in `complete`.
    finishing: tokio::sync::Mutex<()>,
    /// So that two who want the same free name do not both get it.
    taking: tokio::sync::Mutex<()>,
}

impl Batches {
    /// The batch files of a gateway. Folders and lock are taken when they are first needed.
    pub fn new(gateway: Arc<Gateway>, options: BatchOptions) -> Self {
        let folders = Folders::new(options.root.clone(), options.gateway_id.clone());
        let (numbers, known) = (Numbers::new(), Known::default());
        let (lock, finishing, taking) = (OnceCell::new(), Default::default(), Default::default());
        Batches {
            shared: Arc::new(Shared { gateway, options, folders, numbers, lock, known, finishing, taking }),
        }
    }

    /// What a file and its records are held to.
    pub fn limits(&self) -> &BatchLimits {
        &self.options().limits
    }

    /// The numbers that operators watch.
    pub fn collectors(&self) -> Vec<Box<dyn Collector>> {
        self.shared.numbers.collectors()
    }

    /// Begins to take a file in for `who`. The fileset is made if it is new. Refused with [`Refusal::BadName`] where
    /// fileset or name is no plain name, or the name does not end in `.xml` or `.xml.gz`.
    pub async fn submit(&self, fileset: &str, name: &str, who: &str) -> Result<Submission, Refusal> {
        Submission::begin(self, fileset, name, who, None).await
    }

    /// Carries out a run that waits, is paused or stopped, to its end in this process, and answers how it stands then.
    /// For a process without [`Batches::serve`]. [`Batches::show`] tells meanwhile how far it is.
    pub async fn run(&self, id: u64) -> Result<StoredRun, Refusal> {
        self.prepare().await?;
        let held = self.hold(id).await?;
        if carry::state_of(self, id).await? == RunState::Paused {
            carry::stays(self, id, RunState::Waiting, None).await?;
        }
        let outcome = carry::carry(self, id, held.control()).await;
        held.release(&outcome);
        outcome
    }

    /// Up to `limit` runs with ids below `before` (`None`: all), newest first.
    pub async fn list(&self, before: Option<u64>, limit: usize) -> Result<Vec<StoredRun>, Refusal> {
        Ok(runs::runs(&*self.shared.gateway.store, before, limit).await?)
    }

    /// One run, as of its last chunk: while it runs that is at most some hundred records ago.
    pub async fn show(&self, id: u64) -> Result<StoredRun, Refusal> {
        runs::run(&*self.shared.gateway.store, id).await?.ok_or(Refusal::UnknownRun)
    }

    /// Up to `limit` failed records behind the record `after` (0: from the first), with their indexes from 1.
    pub async fn failures(
        &self,
        id: u64,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(u64, BatchFailure)>, Refusal> {
        Ok(runs::failures(&*self.shared.gateway.store, id, after, limit).await?)
    }

    /// Up to `limit` listed warnings behind the place `after` (`(0, 0)`: from the first), each with its place: the
    /// record's index, and the warning's number in it, both from 1.
    pub async fn warnings(
        &self,
        id: u64,
        after: (u64, u64),
        limit: usize,
    ) -> Result<Vec<((u64, u64), BatchWarning)>, Refusal> {
        Ok(runs::warnings(&*self.shared.gateway.store, id, after, limit).await?)
    }

    /// Where the file of failed blocks is, once the run has ended and some failed. Always plain XML.
    pub fn failures_path(&self, run: &BatchRun) -> Option<PathBuf> {
        run.failures_file.as_ref().map(|name| self.shared.folders.failed(&run.fileset).join(name))
    }

    /// Ends the run behind its last stored record; what was done stands. The file goes to `complete` as after any
    /// run. Answers when that is so. [`Refusal::WrongState`] if it has ended, or its files are being written already.
    pub async fn cancel(&self, id: u64) -> Result<StoredRun, Refusal> {
        self.prepare().await?;
        if let Some(control) = self.shared.known.active(id) {
            control.ask(Wish::Cancel);
            control.ended().await;
            return self.show(id).await;
        }
        let held = self.hold(id).await?;
        let outcome = self.cancel_held(id).await;
        held.release(&outcome);
        outcome
    }

    async fn cancel_held(&self, id: u64) -> Result<StoredRun, Refusal> {
        self.check_open(id).await?;
        carry::end(self, id, RunState::Cancelled, None).await?;
        finish::finish(self, id).await
    }

    /// Lets the run stop behind its last stored record, until it is resumed, across restarts too. The files behind it
    /// in its fileset wait. Answers when it stands. [`Refusal::WrongState`] if it has ended.
    pub async fn pause(&self, id: u64) -> Result<StoredRun, Refusal> {
        self.prepare().await?;
        if let Some(control) = self.shared.known.active(id) {
            control.ask(Wish::Pause);
            control.ended().await;
            return self.show(id).await;
        }
        let held = self.hold(id).await?;
        let outcome = match self.check_open(id).await {
            Ok(()) => carry::stays(self, id, RunState::Paused, None).await,
            Err(refusal) => Err(refusal),
        };
        held.release(&outcome);
        outcome
    }

    /// Lets a paused or stopped run go on; it is Waiting then. [`Refusal::WrongState`] if it is neither.
    pub async fn resume(&self, id: u64) -> Result<StoredRun, Refusal> {
        self.prepare().await?;
        let held = self.hold(id).await?;
        let outcome = match carry::state_of(self, id).await {
            Ok(RunState::Paused | RunState::Stopped) => carry::stays(self, id, RunState::Waiting, None).await,
            Ok(state) => Err(Refusal::WrongState(state, "only a paused or stopped run can go on")),
            Err(refusal) => Err(refusal),
        };
        held.release(&outcome);
        outcome
    }

    /// Submits the failures of an ended run to its fileset again, as a new run for `who`; its id.
    /// [`Refusal::WrongState`] if the run has not ended or nothing failed.
    pub async fn retry(&self, id: u64, who: &str) -> Result<u64, Refusal> {
        let run = self.show(id).await?.run;
        let Some(path) = self.failures_path(&run).filter(|_| run.state.is_final()) else {
            return Err(Refusal::WrongState(run.state, "only an ended run with failures can be tried again"));
        };
        let reading = |error| Refusal::Files("the file of failed blocks can't be read", error);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut submission = Submission::begin(self, &run.fileset, &name, who, Some(id)).await?;
        let mut file = tokio::fs::File::open(&path).await.map_err(reading)?;
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let read = tokio::io::AsyncReadExt::read(&mut file, &mut buffer).await.map_err(reading)?;
            if read == 0 {
                return submission.finish(None).await;
            }
            submission.write(&buffer[..read]).await?;
        }
    }

    /// Has the run not ended, and does nobody write its files yet?
    async fn check_open(&self, id: u64) -> Result<(), Refusal> {
        match carry::state_of(self, id).await? {
            RunState::Waiting | RunState::Running | RunState::Paused | RunState::Stopped => Ok(()),
            state @ RunState::Finishing => Err(Refusal::WrongState(state, "its files are being written")),
            state @ (RunState::Completed
            | RunState::CompletedWithFailures
            | RunState::Broken
            | RunState::Refused
            | RunState::Cancelled) => Err(Refusal::WrongState(state, "it has ended")),
        }
    }

    /// Takes the gateway's lock and puts in order what an earlier process left, the first time that it is needed.
    async fn prepare(&self) -> Result<(), Refusal> {
        let preparing = async {
            let locking = |error| Refusal::Files("the folders of batch files can't be used", error);
            let lock = self.shared.folders.prepare().map_err(locking)?;
            incoming::inherit(self).await?;
            incoming::recover(self).await?;
            Ok(lock)
        };
        self.shared.lock.get_or_try_init(|| preparing).await.map(drop)
    }

    fn gateway(&self) -> &Gateway {
        &self.shared.gateway
    }

    fn options(&self) -> &BatchOptions {
        &self.shared.options
    }

    fn folders(&self) -> &Folders {
        &self.shared.folders
    }

    fn meters(&self) -> &Numbers {
        &self.shared.numbers
    }

    async fn finishing(&self) -> MutexGuard<'_, ()> {
        self.shared.finishing.lock().await
    }
}

/// Requests go first: the present thread gets less of a processor that others want.
fn give_way_to_requests() {
    // Where the system does not want to hear of it, chunks are small all the same.
    let _ = rustix::process::nice(NICE);
}
