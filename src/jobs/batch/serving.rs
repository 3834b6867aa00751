//! Which run is carried out when: filesets side by side, the runs of one in the order of their ids.
//!
//! A run has a thread of its own, which gives way to requests. Deliberately absent: what a run does.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval};

use super::control::{Control, Wish};
use super::incoming::{Incoming, inherit};
use super::{Batches, Refusal, carry, give_way_to_requests};
use crate::ops::runs::{BatchRun, RunState, StoredRun};

/// How many filesets are worked on at the same time.
const SIDE_BY_SIDE_MAX: usize = 4;

/// The runs that have not ended, and those that somebody works on.
#[derive(Default)]
pub(super) struct Known {
    runs: Mutex<Runs>,
    changed: Notify,
}

#[derive(Default)]
struct Runs {
    unfinished: BTreeMap<u64, Unfinished>,
    /// Files whose runs are committed elsewhere: fileset and name.
    promised: HashMap<u64, (String, String)>,
    active: HashMap<u64, Arc<Control>>,
}

struct Unfinished {
    fileset: String,
    file_name: String,
    state: RunState,
    /// Not before this it is tried again.
    not_before: Option<Instant>,
}

impl Known {
    /// Whoever works on this run.
    pub(super) fn active(&self, id: u64) -> Option<Arc<Control>> {
        self.lock().active.get(&id).cloned()
    }

    /// The runs of files of this name that had not ended when they were last heard of, and those that are committed
    /// elsewhere, or will be.
    pub(super) fn runs_of(&self, fileset: &str, name: &str) -> Vec<u64> {
        let known = self.lock();
        let unfinished = known.unfinished.iter().map(|(id, run)| (id, &run.fileset, &run.file_name));
        let promised = known.promised.iter().map(|(id, (fileset, name))| (id, fileset, name));
        let same = |(_, its_fileset, its_name): &(&u64, &String, &String)| {
            *its_fileset == fileset && *its_name == name
        };
        unfinished.chain(promised).filter(same).map(|(id, _, _)| *id).collect()
    }

    /// The row of this run is committed elsewhere.
    pub(super) fn promise(&self, id: u64, fileset: &str, name: &str) {
        self.lock().promised.insert(id, (fileset.to_owned(), name.to_owned()));
    }

    /// It is known as what it is, or will not come soon.
    pub(super) fn keep_promise(&self, id: u64) {
        self.lock().promised.remove(&id);
    }

    fn lock(&self) -> MutexGuard<'_, Runs> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Runs {
    /// The runs to begin with now: of each fileset the first, unless it has to wait.
    fn due(&self, now: Instant) -> Vec<u64> {
        let mut filesets = HashSet::new();
        let first = |(_, run): &(&u64, &Unfinished)| filesets.insert(run.fileset.clone());
        let due = |(id, run): &(&u64, &Unfinished)| {
            run.state != RunState::Paused
                && !self.active.contains_key(*id)
                && run.not_before.is_none_or(|time| time <= now)
        };
        let firsts: Vec<_> = self.unfinished.iter().filter(first).collect();
        let room = SIDE_BY_SIDE_MAX.saturating_sub(self.active.len());
        firsts.into_iter().filter(due).map(|(id, _)| *id).take(room).collect()
    }
}

/// The right to work on a run, until released or dropped.
pub(super) struct Held {
    /// `None` only while dropping.
    batches: Option<Batches>,
    id: u64,
    control: Arc<Control>,
}

impl Held {
    pub(super) fn control(&self) -> &Control {
        &self.control
    }

    /// Lets go of the run, which stands so now.
    pub(super) fn release(self, outcome: &Result<StoredRun, Refusal>) {
        if let (Ok(run), Some(batches)) = (outcome, &self.batches) {
            batches.learn(run);
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(batches) = self.batches.take() {
            batches.shared.known.lock().active.remove(&self.id);
            batches.tell_numbers();
            batches.shared.known.changed.notify_one();
        }
        // Whoever waits for it closes the store next, so nothing is held of it any more.
        self.control.end();
    }
}

impl Batches {
    /// Takes what comes into the filesets and carries it out, filesets side by side and the files of one in order, until
    /// `stop` is ready; then every run stops behind its last stored record. A server runs this; a command that
    /// carries out one file calls [`Batches::run`] instead.
    pub async fn serve(self, stop: impl Future<Output = ()>) {
        tokio::select! {
            () = stop => {}
            () = self.work() => {}
        }
        self.leave().await;
    }

    async fn work(&self) {
        let mut incoming = Incoming::default();
        let mut looks = interval(self.options().look_every);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failing = false;
        loop {
            tokio::select! {
                _ = looks.tick() => {
                    let outcome = self.look(&mut incoming).await;
                    if let Err(error) = &outcome && !failing {
                        tracing::warn!(%error, "batch files can not be taken now");
                    }
                    failing = outcome.is_err();
                }
                () = self.shared.known.changed.notified() => {}
            }
            let due = self.shared.known.lock().due(Instant::now());
            due.into_iter().for_each(|id| self.start(id));
        }
    }

    async fn look(&self, incoming: &mut Incoming) -> Result<(), Refusal> {
        self.prepare().await?;
        if incoming.is_time_for_the_dead() {
            inherit(self).await?;
        }
        incoming.look(self, self.options().settle).await
    }

    /// Every run stops where it is, and goes on with the next start.
    async fn leave(&self) {
        let active: Vec<_> = self.shared.known.lock().active.values().cloned().collect();
        active.iter().for_each(|control| control.ask(Wish::Leave));
        for control in active {
            control.ended().await;
        }
    }

    /// Begins with a run on a thread of its own, unless somebody works on it.
    fn start(&self, id: u64) {
        let Some(held) = self.try_hold(id) else { return };
        let batches = self.clone();
        let work = move || {
            give_way_to_requests();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let outcome = match runtime {
                Ok(runtime) => runtime.block_on(carry::carry(&batches, id, held.control())),
                Err(error) => Err(Refusal::Files("a run can't be begun", error)),
            };
            if let Err(error) = &outcome {
                tracing::error!(run = id, %error, "a batch run failed");
                batches.postpone(id);
            }
            drop(batches);
            held.release(&outcome);
        };
        if let Err(error) = std::thread::Builder::new().name("batch".to_owned()).spawn(work) {
            tracing::error!(run = id, %error, "a batch run can not be begun");
            self.postpone(id);
        }
    }

    /// A run that has not ended, or has just ended.
    pub(super) fn add(&self, run: &StoredRun) {
        self.learn(run);
        self.shared.known.changed.notify_one();
    }

    /// What is known of a run is that now.
    fn learn(&self, run: &StoredRun) {
        let mut known = self.shared.known.lock();
        if run.run.state.is_final() {
            known.unfinished.remove(&run.id);
        } else {
            let waits = matches!(run.run.state, RunState::Stopped | RunState::Finishing);
            let not_before = waits.then(|| Instant::now() + self.options().retry_after);
            let BatchRun { fileset, file_name, state, .. } = run.run.clone();
            known.unfinished.insert(run.id, Unfinished { fileset, file_name, state, not_before });
        }
        drop(known);
        self.tell_numbers();
    }

    fn tell_numbers(&self) {
        let known = self.shared.known.lock();
        self.meters().waiting.set(i64::try_from(known.unfinished.len()).unwrap_or(i64::MAX));
        self.meters().running.set(i64::try_from(known.active.len()).unwrap_or(i64::MAX));
    }

    /// After a failure that could not even be noted in the run's row.
    fn postpone(&self, id: u64) {
        if let Some(run) = self.shared.known.lock().unfinished.get_mut(&id) {
            run.not_before = Some(Instant::now() + self.options().retry_after);
        }
    }

    fn try_hold(&self, id: u64) -> Option<Held> {
        let mut known = self.shared.known.lock();
        if known.active.contains_key(&id) {
            return None;
        }
        let control = Arc::new(Control::new());
        known.active.insert(id, Arc::clone(&control));
        drop(known);
        self.tell_numbers();
        Some(Held { batches: Some(self.clone()), id, control })
    }

    /// Waits until nobody works on the run, and keeps others from it.
    pub(super) async fn hold(&self, id: u64) -> Result<Held, Refusal> {
        loop {
            if let Some(held) = self.try_hold(id) {
                return Ok(held);
            }
            if let Some(control) = self.shared.known.active(id) {
                control.ended().await;
            }
        }
    }
}
