//! Several writers at once, interrupted at a moment that the test chooses.
//!
//! Deliberately absent: sleeping. A moment is a number of acknowledged writes and some random spinning behind it.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::writer::Writer;
use super::{Client, Random, check, run};

/// Nothing that a test waits for takes longer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Random moments are this long after the last write that was waited for, at most; several groups are stored meanwhile.
const SPIN_MICROSECONDS_MAX: u64 = 8_000;

/// The programs of cards, and a few cards that no writer has.
const PROGRAMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/reference/cards.toml");

/// The writers of a test.
pub(crate) struct Load {
    pub(crate) writers: Vec<Writer>,
    random: Random,
    /// Have the writers cards?
    dealt: bool,
}

/// How many writes have been acknowledged since the load began.
#[derive(Default)]
pub(crate) struct Progress {
    acknowledged: Mutex<usize>,
    more: Condvar,
    stopped: AtomicBool,
}

impl Progress {
    /// Waits for so many acknowledged writes.
    pub(crate) fn wait_for(&self, count: usize) {
        let acknowledged = self.acknowledged.lock().unwrap();
        let waited =
            self.more.wait_timeout_while(acknowledged, PATIENCE, |acknowledged| *acknowledged < count);
        assert!(!waited.unwrap().1.timed_out(), "the load stands still");
    }

    pub(crate) fn one_more(&self) {
        *self.acknowledged.lock().unwrap() += 1;
        self.more.notify_all();
    }

    pub(crate) fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

/// Ends the writers however a test ends; a scope waits for them.
pub(crate) struct StopAtEnd<'a>(pub(crate) &'a Progress);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.stopped.store(true, Ordering::Relaxed);
    }
}

impl Load {
    pub(crate) fn new(test: &str, writer_count: usize) -> Self {
        let mut random = Random::new(test);
        let writers = (0..writer_count).map(|number| Writer::new(number, random.split())).collect();
        Load { writers, random, dealt: false }
    }

    /// Gives the writers cards, if they have none; the server with its data in `folder` knows them from now on.
    pub(crate) fn deal_once(&mut self, folder: &Path) {
        if std::mem::replace(&mut self.dealt, true) {
            return;
        }
        let lines: String = self.writers.iter_mut().map(Writer::take_cards).collect();
        let file = folder.join("cards.csv");
        fs::write(&file, format!("number,card_program\n{lines}")).unwrap();
        for file in [Path::new(PROGRAMS), &file] {
            check(&run(folder, &[OsStr::new("load"), file.as_os_str()]), 0, &[]);
        }
    }

    pub(crate) fn random(&mut self) -> &mut Random {
        &mut self.random
    }

    /// A random time, as a busy wait: a moment between two acknowledged writes.
    pub(crate) fn random_moment(&mut self) -> impl Fn() + use<> {
        let moment = Duration::from_micros(self.random.below(SPIN_MICROSECONDS_MAX));
        move || {
            let start = Instant::now();
            while start.elapsed() < moment {
                std::hint::spin_loop();
            }
        }
    }

    /// All writers write until their connection breaks, or until `interrupt` has returned.
    pub(crate) fn run<T>(&mut self, address: &str, interrupt: impl FnOnce(&Progress) -> T) -> T {
        let progress = &Progress::default();
        let clients: Vec<_> = self.writers.iter().map(|_| Client::connect(address)).collect();
        thread::scope(|scope| {
            let _stop = StopAtEnd(progress);
            for (writer, client) in self.writers.iter_mut().zip(clients) {
                scope.spawn(move || write_until_broken(writer, client, progress));
            }
            interrupt(progress)
        })
    }

    /// Each writer writes so many requests, all of which are answered.
    pub(crate) fn write(&mut self, address: &str, count_each: usize) {
        self.each(address, |writer, client| (0..count_each).for_each(|_| writer.write(client)));
    }

    /// Settles what was open and proves that nothing acknowledged is lost or done twice; says how much was checked.
    pub(crate) fn settle_and_verify(&mut self, address: &str, by_id: bool) -> String {
        let open = self.writers.iter().filter(|writer| writer.open.is_some()).count();
        self.each(address, |writer, client| {
            writer.settle(client);
            writer.verify(client, by_id);
            writer.ask_again(client);
        });
        self.check_ids();
        let people: usize = self.writers.iter().map(|writer| writer.people.len()).sum();
        let [merged, taken_back, given] = self.variety();
        format!(
            "{} acknowledged writes on {people} customers are there, {merged} merges, {taken_back} taken back, {given} \
             cards given, {open} were open",
            self.acknowledged()
        )
    }

    /// How many writes have been acknowledged in all.
    pub(crate) fn acknowledged(&self) -> usize {
        self.writers.iter().map(|writer| writer.acknowledged).sum()
    }

    /// How many merges there were, how many of them were taken back, and how often a card was given to somebody.
    pub(crate) fn variety(&self) -> [usize; 3] {
        self.writers
            .iter()
            .map(Writer::variety)
            .fold([0; 3], |sum, of| std::array::from_fn(|at| sum[at] + of[at]))
    }

    fn each(&mut self, address: &str, work: impl Fn(&mut Writer, &mut Client) + Sync) {
        let work = &work;
        thread::scope(|scope| {
            for writer in &mut self.writers {
                scope.spawn(move || work(writer, &mut Client::connect(address)));
            }
        });
    }

    /// No id was given twice, not even over restarts.
    fn check_ids(&self) {
        let mut ids = HashSet::new();
        for person in self.writers.iter().flat_map(|writer| &writer.people) {
            assert!(ids.insert(person.id), "id {} was given twice, the second time to {person:?}", person.id);
        }
    }
}

fn write_until_broken(writer: &mut Writer, mut client: Client, progress: &Progress) {
    while !progress.stopped() {
        let sent = writer.next();
        match client.try_post(&sent.envelope) {
            Ok(answer) => {
                writer.acknowledge(sent, &answer);
                progress.one_more();
            }
            Err(_) => {
                writer.open = Some(sent);
                return;
            }
        }
    }
}
