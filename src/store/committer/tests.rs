//! The committer over an engine that fails as told: grouping, answers, ends.

use std::collections::BTreeMap;
use std::sync::mpsc as blocking;

use super::*;
use crate::store::{Collection, Key};

/// What the engine answers for a group.
type Verdict = Box<dyn Fn(&Group) -> Result<(), Failure> + Send>;

/// An engine that forgets bodies, waits before each group for a permit, and then does as it is told.
struct Scripted {
    permits: blocking::Receiver<Verdict>,
    versions: BTreeMap<Key, CommitNumber>,
    groups: blocking::Sender<usize>,
}

impl State for Scripted {
    fn version(&self, key: &Key) -> Result<Option<CommitNumber>, StoreError> {
        Ok(self.versions.get(key).copied())
    }

    fn versions(&self, _: Collection, _: &Range<Box<[u8]>>) -> Result<Vec<(Key, CommitNumber)>, StoreError> {
        Ok(Vec::new())
    }
}

impl Engine for Scripted {
    fn admit(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    fn numbers_start_behind(&self) -> CommitNumber {
        100
    }

    fn next_id(&self, _: &str) -> Result<u64, StoreError> {
        Ok(1)
    }

    fn store(&mut self, group: Group) -> Result<(), Failure> {
        self.groups.send(group.changes.len()).expect("the test listens");
        let verdict = self.permits.recv().expect("the test gives a permit for each group");
        verdict(&group)?;
        for (number, change) in group.changes {
            self.versions.extend(change.puts.into_iter().map(|(key, _)| (key, number)));
        }
        Ok(())
    }
}

struct Fixture {
    committer: Arc<Committer>,
    permits: blocking::Sender<Verdict>,
    groups: blocking::Receiver<usize>,
    metrics: Arc<Metrics>,
}

impl Fixture {
    fn new() -> Self {
        let (permits, permitted) = blocking::channel();
        let (told, groups) = blocking::channel();
        let engine = Scripted { permits: permitted, versions: BTreeMap::new(), groups: told };
        let metrics = Arc::<Metrics>::default();
        let committer = Committer::start(engine, Arc::clone(&metrics)).expect("the thread starts");
        Fixture { committer: Arc::new(committer), permits, groups, metrics }
    }

    fn permit(&self, verdict: impl Fn(&Group) -> Result<(), Failure> + Send + 'static) {
        self.permits.send(Box::new(verdict)).expect("the engine lives");
    }

    fn spawn(&self, change: Change) -> Answer {
        let committer = Arc::clone(&self.committer);
        tokio::spawn(async move { committer.commit(change).await })
    }

    /// Starts a commit and returns once the engine holds it; then the queue gathers whatever follows.
    async fn engaged(&self) -> Answer {
        let first = self.spawn(put(0));
        self.next_group().await;
        first
    }

    async fn next_group(&self) -> usize {
        loop {
            match self.groups.try_recv() {
                Ok(changes) => return changes,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    }

    /// Waits until this many changes are in the queue.
    async fn queued(&self, depth: usize) {
        while self.committer.queue_depth() != depth {
            tokio::task::yield_now().await;
        }
    }
}

type Answer = tokio::task::JoinHandle<Result<CommitNumber, StoreError>>;

async fn answer(answer: Answer) -> Result<CommitNumber, StoreError> {
    answer.await.expect("no panic")
}

fn key(id: u64) -> Key {
    Key::numbered(Collection::Customer, &[id])
}

fn put(id: u64) -> Change {
    let mut change = Change::new();
    change.put(key(id), "x");
    change
}

#[tokio::test]
async fn what_waits_is_stored_together_and_numbered_in_order() {
    let fixture = Fixture::new();
    let first = fixture.engaged().await;
    let waiting: Vec<_> = (1..=10).map(|id| fixture.spawn(put(id))).collect();
    fixture.queued(10).await;
    fixture.permit(|_| Ok(()));
    fixture.permit(|_| Ok(()));
    assert_eq!(answer(first).await.expect("stored"), 101);
    for (number, waiting) in (102..).zip(waiting) {
        assert_eq!(answer(waiting).await.expect("stored"), number);
    }
    assert_eq!(fixture.next_group().await, 10);
    assert_eq!((fixture.metrics.commits(), fixture.metrics.groups()), (11, 2));
    assert_eq!(fixture.metrics.last_group_changes(), 10);
}

#[tokio::test]
async fn a_group_has_a_largest_size() {
    let fixture = Fixture::new();
    let first = fixture.engaged().await;
    let waiting: Vec<_> = (0..GROUP_CHANGES_MAX as u64 + 5).map(|id| fixture.spawn(put(id))).collect();
    fixture.queued(GROUP_CHANGES_MAX + 5).await;
    for _ in 0..3 {
        fixture.permit(|_| Ok(()));
    }
    assert!(answer(first).await.is_ok());
    for waiting in waiting {
        assert!(answer(waiting).await.is_ok());
    }
    assert_eq!((fixture.next_group().await, fixture.next_group().await), (GROUP_CHANGES_MAX, 5));
}

#[tokio::test]
async fn a_loser_is_told_after_the_winner_is_stored() {
    let fixture = Fixture::new();
    let first = fixture.engaged().await;
    let racing = |_| {
        let mut change = put(7);
        change.assert_absent(key(7));
        fixture.spawn(change)
    };
    let racers: Vec<_> = (0..3).map(racing).collect();
    fixture.queued(3).await;
    fixture.permit(|_| Ok(()));
    assert!(answer(first).await.is_ok());
    assert_eq!(fixture.next_group().await, 1);
    assert!(racers.iter().all(|racer| !racer.is_finished()), "nobody is told before it is durable");
    fixture.permit(|_| Ok(()));
    let mut won = 0;
    for racer in racers {
        match answer(racer).await {
            Ok(_) => won += 1,
            Err(StoreError::Contention(0)) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn a_caller_that_left_before_the_decision_has_no_effect() {
    let fixture = Fixture::new();
    let first = fixture.engaged().await;
    let (leaver, stayer) = (fixture.spawn(put(1)), fixture.spawn(put(2)));
    fixture.queued(2).await;
    leaver.abort();
    assert!(leaver.await.is_err(), "it has left");
    fixture.permit(|group| {
        assert_eq!(group.changes.len(), 1);
        Ok(())
    });
    fixture.permit(|group| {
        assert_eq!(group.changes[0].1, put(2));
        Ok(())
    });
    assert!(answer(first).await.is_ok() && answer(stayer).await.is_ok());
    assert_eq!(fixture.next_group().await, 1);
}

#[tokio::test]
async fn a_half_stored_group_is_answered_change_by_change() {
    let fixture = Fixture::new();
    let first = fixture.engaged().await;
    let waiting: Vec<_> = (1..=4).map(|id| fixture.spawn(put(id))).collect();
    fixture.queued(4).await;
    fixture.permit(|_| Ok(()));
    fixture.permit(|_| Err(Failure::Partial(103, "full".to_owned())));
    assert!(answer(first).await.is_ok());
    let mut answers = Vec::new();
    for waiting in waiting {
        answers.push(answer(waiting).await);
    }
    let stored = answers.iter().take_while(|answer| answer.is_ok()).count();
    assert_eq!(stored, 2, "102 and 103: {answers:?}");
    assert!(answers[2..].iter().all(|answer| matches!(answer, Err(StoreError::Unavailable(_)))));
    fixture.permit(|_| Ok(()));
    assert_eq!(answer(fixture.spawn(put(9))).await.expect("it goes on"), 106, "no number is given again");
}

#[tokio::test]
async fn an_unknown_outcome_is_said_to_be_one_and_writing_goes_on() {
    let fixture = Fixture::new();
    fixture.permit(|_| Err(Failure::Unknown("closed".to_owned())));
    assert!(matches!(answer(fixture.spawn(put(1))).await, Err(StoreError::Engine(_))));
    fixture.permit(|_| Ok(()));
    assert!(answer(fixture.spawn(put(1))).await.is_ok());
}

#[tokio::test]
async fn after_a_final_failure_nothing_is_acknowledged() {
    let fixture = Fixture::new();
    let first = fixture.engaged().await;
    let waiting = fixture.spawn(put(1));
    fixture.queued(1).await;
    fixture.permit(|_| Err(Failure::Final("sync failed".to_owned())));
    assert!(matches!(answer(first).await, Err(StoreError::Engine(_))));
    assert!(matches!(answer(waiting).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(answer(fixture.spawn(put(2))).await, Err(StoreError::Unavailable(_))));
    assert_eq!(fixture.committer.stopped().as_deref(), Some("sync failed"));
}

#[tokio::test]
async fn a_panic_of_the_engine_is_final_and_nobody_waits_for_ever() {
    let fixture = Fixture::new();
    fixture.permit(|_| panic!("the test said so"));
    assert!(matches!(answer(fixture.spawn(put(1))).await, Err(StoreError::Engine(_))));
    assert!(matches!(answer(fixture.spawn(put(2))).await, Err(StoreError::Unavailable(_))));
    assert!(fixture.committer.stopped().is_some_and(|why| why.contains("panicked")));
}

#[tokio::test]
async fn draws_of_one_group_follow_each_other() {
    let fixture = Fixture::new();
    let first = fixture.engaged().await;
    let draw = |count| {
        let committer = Arc::clone(&fixture.committer);
        tokio::spawn(async move { committer.draw_ids("customer", count).await })
    };
    let draws = [draw(3), draw(4)];
    fixture.queued(2).await;
    fixture.permit(|_| Ok(()));
    fixture.permit(|group| {
        assert_eq!(group.sequences.get("customer"), Some(&8));
        Ok(())
    });
    assert!(answer(first).await.is_ok());
    let mut drawn = Vec::new();
    for draw in draws {
        drawn.push(draw.await.expect("no panic").expect("drawn"));
    }
    assert_eq!(drawn, [1..4, 4..8]);
}

#[tokio::test]
async fn closing_answers_what_waits() {
    let fixture = Fixture::new();
    let first = fixture.engaged().await;
    let waiting = fixture.spawn(put(1));
    fixture.queued(1).await;
    fixture.permit(|_| Ok(()));
    fixture.permit(|_| Ok(()));
    fixture.committer.close().await;
    assert!(answer(first).await.is_ok() && answer(waiting).await.is_ok());
    assert!(matches!(answer(fixture.spawn(put(2))).await, Err(StoreError::Unavailable(_))));
}

#[tokio::test]
async fn a_group_that_stays_on_its_way_shows() {
    let fixture = Fixture::new();
    let is_busy = || fixture.committer.busy.longer_than(Duration::ZERO).is_some();
    assert!(!is_busy());
    let first = fixture.engaged().await;
    assert!(is_busy());
    assert_eq!(fixture.committer.stalled(), None, "it has only begun");
    fixture.permit(|_| Ok(()));
    answer(first).await.expect("stored");
    while is_busy() {
        tokio::task::yield_now().await;
    }
}
