//! Files and folders of batch runs, on a memory store.

use std::fs;
use std::path::Path;

use jiff::tz::TimeZone;
use tempfile::TempDir;

use super::incoming::{Incoming, inherit, recover};
use super::*;
use crate::clock::FixedClock;
use crate::domain::Settings;
use crate::ops::{DEFAULT_REFERENCE, parse_reference};
use crate::search::{Options, Place, Search};
use crate::store::{FaultyStore, MemoryStore};

/// Longer than any test.
const NEVER: Duration = Duration::from_secs(3_600);

struct World {
    store: Arc<FaultyStore<MemoryStore>>,
    folder: TempDir,
    batches: Batches,
}

fn gateway(store: Arc<FaultyStore<MemoryStore>>) -> Arc<Gateway> {
    let search = Arc::new(Search::new(store.clone(), Options::new(Place::Memory)));
    let reference = parse_reference(DEFAULT_REFERENCE).unwrap();
    let clock = Arc::new(FixedClock::at("2026-03-01T08:30:00Z".parse().unwrap()));
    Arc::new(Gateway::new(store, search, Settings::default(), reference, clock, TimeZone::UTC))
}

fn options(folder: &Path) -> BatchOptions {
    BatchOptions { first_pause: Some(Duration::ZERO), settle: NEVER, ..BatchOptions::at(folder.to_owned()) }
}

impl World {
    fn new() -> Self {
        let store = Arc::new(FaultyStore::new(MemoryStore::new()));
        let folder = tempfile::tempdir().unwrap();
        let batches = Batches::new(gateway(store.clone()), options(folder.path()));
        World { store, folder, batches }
    }

    /// The same data with another process.
    fn again(self) -> Self {
        let World { store, folder, batches } = self;
        drop(batches);
        let batches = Batches::new(gateway(store.clone()), options(folder.path()));
        World { store, folder, batches }
    }

    async fn submit(&self, name: &str, content: &[u8]) -> u64 {
        let mut submission = self.batches.submit("f", name, "somebody").await.unwrap();
        submission.write(content).await.unwrap();
        submission.finish(None).await.unwrap()
    }

    async fn run(&self, content: &str) -> StoredRun {
        let id = self.submit("a.xml", content.as_bytes()).await;
        self.batches.run(id).await.unwrap()
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        self.folder.path().join(path)
    }

    /// Every file under the root but the locks.
    fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(self.folder.path()).unwrap().display().to_string();
                if path.is_dir() {
                    folders.push(path);
                } else if !name.ends_with("/lock") {
                    found.push(name);
                }
            }
        }
        found.sort();
        found
    }

    /// Takes what has a marker.
    async fn look(&self) {
        self.batches.prepare().await.unwrap();
        Incoming::default().look(&self.batches, NEVER).await.unwrap();
    }
}

fn add(key: &str) -> String {
    format!(
        "<Customer Action='Add'><EntityInformation><Individual><Name><Name Location='First'>A</Name>\
         <Name Location='Last'>B</Name></Name></Individual></EntityInformation>\
         <AlternateKey TypeCode='XSTORE_ID'><AlternateID>{key}</AlternateID></AlternateKey></Customer>"
    )
}

fn file(records: &[String]) -> String {
    format!("<Customers xmlns='urn:castile:crm:v1'>\n{}\n</Customers>\n", records.join("\n"))
}

#[tokio::test]
async fn b_3_the_complete_file_is_archived_and_what_failed_is_an_input_again() {
    let world = World::new();
    let content = file(&[add("1"), add("1"), add("2"), "<Customer Action='Nothing' a='&lt;'/>".to_owned()]);
    let run = world.run(&content).await;
    assert_eq!((run.run.state, run.run.ended.is_some()), (RunState::CompletedWithFailures, true));
    assert_eq!((run.run.counts.done, run.run.counts.failed), (2, 2));
    assert_eq!(world.files(), ["complete/f/archived/a.xml", "complete/f/failed/a_failures.xml"]);
    assert_eq!(fs::read_to_string(world.path("complete/f/archived/a.xml")).unwrap(), content);
    let failures = fs::read_to_string(world.batches.failures_path(&run.run).unwrap()).unwrap();
    assert!(failures.contains(&add("1")) && failures.contains("<Customer Action='Nothing' a='&lt;'/>"));
    assert!(!failures.contains(&add("2")));

    let id = world.batches.retry(run.id, "somebody").await.unwrap();
    let again = world.batches.run(id).await.unwrap();
    assert_eq!((again.run.retry_of, again.run.counts.failed), (Some(run.id), 2));
    assert_eq!(again.run.file_name, "a_failures.xml");
}

#[tokio::test]
async fn b_3_where_nothing_failed_there_is_no_file_of_failures() {
    let world = World::new();
    for name in ["a.xml", "a-2.xml"] {
        let run = world.run(&file(&[])).await;
        assert_eq!((run.run.state, run.run.archived.as_deref()), (RunState::Completed, Some(name)));
        assert_eq!(run.run.failures_file, None);
        let refusal = world.batches.retry(run.id, "somebody").await;
        assert!(matches!(refusal, Err(Refusal::WrongState(RunState::Completed, _))));
    }
    assert_eq!(world.files(), ["complete/f/archived/a-2.xml", "complete/f/archived/a.xml"]);
}

#[tokio::test]
async fn b_6_a_broken_file_stands_up_to_the_place_where_it_breaks() {
    let world = World::new();
    let check = async |content: &str, state: RunState, done: u64, line: u64| {
        let run = world.run(content).await.run;
        assert_eq!((run.state, run.counts.done), (state, done), "{content}");
        assert_eq!(run.problem.unwrap().line, Some(line), "{content}");
    };
    let whole = file(&[add("1"), add("2")]);
    check(&whole[..whole.len() - 30], RunState::Broken, 1, 3).await;
    check(&file(&[add("3"), "<Customer></Custom>".to_owned()]), RunState::Broken, 1, 3).await;
    check(&file(&[add("4"), "text".to_owned()]), RunState::Broken, 1, 3).await;
    check("<Orders/>", RunState::Refused, 0, 1).await;
    check("\n<!DOCTYPE Customers><Customers/>", RunState::Refused, 0, 2).await;
    check("", RunState::Refused, 0, 1).await;
}

#[tokio::test]
async fn b_6_what_failed_before_the_broken_place_is_kept() {
    let world = World::new();
    let content = file(&[add("1"), add("1"), add("2")]);
    let run = world.run(&content[..content.len() - 20]).await;
    assert_eq!((run.run.state, run.run.counts.failed), (RunState::Broken, 1));
    let failures = fs::read_to_string(world.path("complete/f/failed/a_failures.xml")).unwrap();
    assert_eq!(failures.matches("<Customer ").count(), 1);
}

#[tokio::test]
async fn files_are_taken_with_a_marker_or_settled_and_never_while_they_are_written() {
    let world = World::new();
    let put = |name: &str| {
        fs::create_dir_all(world.path("incoming/f")).unwrap();
        fs::write(world.path("incoming/f").join(name), file(&[])).unwrap();
    };
    ["a.xml", "b.xml.gz", "b.xml.gz.done", ".c.xml", "d.xml.part", "e.txt"].into_iter().for_each(put);
    world.look().await;
    let claimed = world.batches.list(None, 9).await.unwrap();
    let names: Vec<_> = claimed.iter().map(|run| run.run.file_name.as_str()).collect();
    assert_eq!(names, ["b.xml.gz"]);
    let left = ["incoming/f/.c.xml", "incoming/f/a.xml", "incoming/f/d.xml.part", "incoming/f/e.txt"];
    assert_eq!(world.files()[..4], left);

    let mut incoming = Incoming::default();
    incoming.look(&world.batches, NEVER).await.unwrap();
    fs::write(world.path("incoming/f/a.xml"), file(&[add("1")])).unwrap();
    incoming.look(&world.batches, Duration::from_nanos(1)).await.unwrap();
    assert_eq!(world.batches.list(None, 9).await.unwrap().len(), 1, "it has changed since the last look");
    incoming.look(&world.batches, Duration::from_nanos(1)).await.unwrap();
    let newest = &world.batches.list(None, 9).await.unwrap()[0];
    assert_eq!((newest.run.file_name.as_str(), newest.run.who.as_str()), ("a.xml", "batch"));
    assert_eq!(newest.run.state, RunState::Waiting);
}

#[tokio::test]
async fn a_submission_is_there_as_a_whole_or_not_at_all() {
    let world = World::new();
    drop(world.batches.submit("f", "a.xml", "somebody").await.unwrap());
    assert_eq!(world.files(), [""; 0]);
    let mut submission = world.batches.submit("f", "a.xml", "somebody").await.unwrap();
    submission.write(b"<Customers/>").await.unwrap();
    assert!(matches!(submission.finish(Some([0; 32])).await, Err(Refusal::OtherChecksum)));
    assert_eq!(world.files(), [""; 0]);
    assert_eq!(world.batches.list(None, 9).await.unwrap(), []);
    for (fileset, name) in [("../f", "a.xml"), ("f", "../a.xml"), ("f", "a.txt")] {
        let refusal = world.batches.submit(fileset, name, "somebody").await;
        assert!(matches!(refusal.err(), Some(Refusal::BadName(..))));
    }
}

#[tokio::test]
async fn b_5_a_paused_run_stands_until_it_is_resumed_and_a_cancelled_one_ends() {
    let world = World::new();
    let id = world.submit("a.xml", file(&[add("1")]).as_bytes()).await;
    assert_eq!(world.batches.pause(id).await.unwrap().run.state, RunState::Paused);
    let world = world.again();
    assert_eq!(world.batches.show(id).await.unwrap().run.state, RunState::Paused);
    assert_eq!(world.batches.resume(id).await.unwrap().run.state, RunState::Waiting);
    let again = world.batches.resume(id).await;
    assert!(matches!(again, Err(Refusal::WrongState(RunState::Waiting, _))), "{again:?}");
    let run = world.batches.cancel(id).await.unwrap();
    assert_eq!((run.run.state, run.run.counts.read), (RunState::Cancelled, 0));
    assert_eq!(world.files(), ["complete/f/archived/a.xml"]);
    for refused in [world.batches.cancel(id).await, world.batches.pause(id).await] {
        assert!(matches!(refused, Err(Refusal::WrongState(RunState::Cancelled, _))), "{refused:?}");
    }
    assert!(matches!(world.batches.cancel(99).await, Err(Refusal::UnknownRun)));
}

#[tokio::test]
async fn what_a_process_left_half_done_is_put_in_order() {
    let world = World::new();
    let id = world.submit("a.xml", file(&[add("1")]).as_bytes()).await;
    let claimed = world.path(&format!("running/gateway-1/f/{id}~a.xml"));
    // The row was there, the name not yet; a submission that nobody was told of; a claim without a row.
    fs::rename(&claimed, claimed.with_file_name(format!(".{id}~a.xml.part"))).unwrap();
    fs::write(claimed.with_file_name(".98~b.xml.part"), "half").unwrap();
    fs::write(claimed.with_file_name("99~c.xml"), file(&[])).unwrap();
    let world = world.again();
    world.batches.prepare().await.unwrap();
    let ids: Vec<_> = world.batches.list(None, 9).await.unwrap().iter().map(|run| run.id).collect();
    assert_eq!(ids, [99, id]);
    assert_eq!(
        world.files(),
        [format!("running/gateway-1/f/{id}~a.xml"), "running/gateway-1/f/99~c.xml".into()]
    );
    assert_eq!(world.batches.run(id).await.unwrap().run.state, RunState::Completed);
    recover(&world.batches).await.unwrap();
    assert_eq!(world.batches.list(None, 9).await.unwrap().len(), 2, "nothing comes twice");
}

#[tokio::test]
async fn a_gateway_takes_over_what_a_dead_one_claimed_and_nothing_of_a_living_one() {
    let world = World::new();
    let id = world.submit("a.xml", file(&[add("1")]).as_bytes()).await;
    let other = BatchOptions { gateway_id: "other".to_owned(), ..options(world.folder.path()) };
    let living = Batches::new(gateway(world.store.clone()), other.clone());
    living.prepare().await.unwrap();
    assert!(world.path(&format!("running/gateway-1/f/{id}~a.xml")).exists(), "its gateway lives");
    drop(living);
    let World { store, folder, batches } = world;
    drop(batches);
    let heir = Batches::new(gateway(store), other);
    let run = heir.run(id).await.unwrap();
    assert_eq!(run.run.state, RunState::Completed);
    assert!(folder.path().join("complete/f/archived/a.xml").exists());
}

#[tokio::test]
async fn one_folder_has_one_gateway_of_a_name() {
    let world = World::new();
    world.batches.prepare().await.unwrap();
    let second = Batches::new(gateway(world.store.clone()), options(world.folder.path()));
    let refusal = second.submit("f", "a.xml", "somebody").await.err().unwrap();
    assert!(refusal.to_string().contains("gateway-1"), "{refusal}");
}

#[tokio::test]
async fn b_3_what_cannot_be_written_to_complete_leaves_the_run_finishing_and_is_tried_again() {
    let world = World::new();
    let id = world.submit("a.xml", file(&[add("1"), add("1")]).as_bytes()).await;
    // A file stands where the folder should be, as good as a full disk for whoever runs as root.
    fs::create_dir_all(world.path("complete/f")).unwrap();
    fs::write(world.path("complete/f/failed"), "").unwrap();
    let run = world.batches.run(id).await.unwrap();
    assert_eq!(run.run.state, RunState::Finishing);
    assert_eq!(run.run.problem.unwrap().code, "SERVICE_UNAVAILABLE");
    fs::remove_file(world.path("complete/f/failed")).unwrap();
    let run = world.again().batches.run(id).await.unwrap().run;
    assert_eq!((run.state, run.problem), (RunState::CompletedWithFailures, None));
}

#[tokio::test]
async fn a_file_that_somebody_took_away_stops_the_run_until_it_is_back_or_cancelled() {
    let world = World::new();
    let id = world.submit("a.xml", file(&[]).as_bytes()).await;
    fs::remove_file(world.path(&format!("running/gateway-1/f/{id}~a.xml"))).unwrap();
    assert_eq!(world.batches.run(id).await.unwrap().run.state, RunState::Stopped);
    let run = world.batches.cancel(id).await.unwrap().run;
    assert_eq!((run.state, run.archived), (RunState::Cancelled, None));
}

#[tokio::test]
async fn packed_files_are_read_and_their_failures_are_plain() {
    use std::io::Write;
    let world = World::new();
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(file(&[add("1"), add("1")]).as_bytes()).unwrap();
    let id = world.submit("a.xml.gz", &packer.finish().unwrap()).await;
    assert_eq!(world.batches.run(id).await.unwrap().run.counts.failed, 1);
    assert_eq!(world.files(), ["complete/f/archived/a.xml.gz", "complete/f/failed/a_failures.xml"]);
}

/// Serves until a run has come to its end.
async fn serve_until_ended(batches: &Batches, ended: impl AsyncFn() -> bool) {
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(batches.clone().serve(async move {
        let _ = stopped.await;
    }));
    while !ended().await {
        tokio::task::yield_now().await;
    }
    stop.send(()).unwrap();
    serving.await.unwrap();
}

#[tokio::test]
async fn what_a_gateway_claimed_that_dies_meanwhile_is_taken_over_by_the_others() {
    let world = World::new();
    let id = world.submit("a.xml", file(&[add("1")]).as_bytes()).await;
    let look_every = Duration::from_millis(1);
    let other = BatchOptions { gateway_id: "other".to_owned(), look_every, ..options(world.folder.path()) };
    let heir = Batches::new(gateway(world.store.clone()), other);
    heir.prepare().await.unwrap();
    let World { folder, batches, .. } = world;
    let claimed = folder.path().join(format!("running/gateway-1/f/{id}~a.xml"));
    assert!(claimed.exists(), "its gateway lives");
    drop(batches);
    serve_until_ended(&heir, async || heir.show(id).await.unwrap().run.state.is_final()).await;
    assert_eq!(heir.show(id).await.unwrap().run.state, RunState::Completed);
    assert!(!claimed.exists() && folder.path().join("complete/f/archived/a.xml").exists());
}

/// Gateways with stores of their own: nothing is overwritten, and no run is mistaken for another.
#[tokio::test]
async fn what_is_taken_over_without_its_row_becomes_a_run_of_its_own() {
    let world = World::new();
    let id = world.submit("a.xml", file(&[add("1")]).as_bytes()).await;
    fs::write(world.path("running/gateway-1/f/.9~b.xml.part"), "half").unwrap();
    let other = BatchOptions { gateway_id: "other".to_owned(), ..options(world.folder.path()) };
    let store = Arc::new(FaultyStore::new(MemoryStore::new()));
    let heir = Batches::new(gateway(store), other);
    let mut own = heir.submit("f", "a.xml", "somebody").await.unwrap();
    own.write(file(&[add("2"), add("3")]).as_bytes()).await.unwrap();
    assert_eq!(own.finish(None).await.unwrap(), id, "the same number in the other store");
    let World { folder, batches, .. } = world;
    drop(batches);
    inherit(&heir).await.unwrap();
    let runs = heir.list(None, 9).await.unwrap();
    let [new, known] = &runs[..] else { panic!("{runs:?}") };
    assert!(new.id > known.id && known.id == id);
    assert_eq!(
        (&new.run.file_name, new.run.file_bytes),
        (&known.run.file_name, file(&[add("1")]).len() as u64)
    );
    for (run, records) in [(known.id, 2), (new.id, 1)] {
        let ended = heir.run(run).await.unwrap().run;
        assert_eq!((ended.state, ended.counts.done), (RunState::Completed, records));
    }
    // Somebody may count on it in a store that this gateway does not know.
    assert!(folder.path().join("running/gateway-1/f/.9~b.xml.part").exists());
}

#[tokio::test]
async fn a_name_is_taken_until_its_file_was_run_to_its_end_however_many_runs_came_after_it() {
    let world = World::new();
    let taken = async |world: &World, name: &str| {
        matches!(world.batches.check_free("f", name).await, Err(Refusal::NameTaken))
    };
    let id = world.submit("a.xml", file(&[]).as_bytes()).await;
    for _ in 0..1_100 {
        let new = runs::NewRun {
            fileset: "f".to_owned(),
            file_name: "b.xml".to_owned(),
            who: "somebody".to_owned(),
            file_bytes: 0,
            retry_of: None,
        };
        let later = runs::draw_run_id(world.batches.gateway()).await.unwrap();
        runs::take_on(world.batches.gateway(), later, new).await.unwrap();
    }
    let world = world.again();
    assert!(taken(&world, "a.xml").await && !taken(&world, "c.xml").await);
    let before = world.batches.show(id).await.unwrap();
    world.batches.run(id).await.unwrap();
    assert!(!taken(&world, "a.xml").await);
    world.batches.add(&before);
    assert!(!taken(&world, "a.xml").await, "its row says that it has ended, heard of or not");
    fs::create_dir_all(world.path("incoming/f")).unwrap();
    fs::write(world.path("incoming/f/c.xml"), "").unwrap();
    assert!(taken(&world, "c.xml").await, "it waits to be taken");
    assert!(matches!(world.batches.check_free("../f", "a.xml").await, Err(Refusal::BadName(..))));
}

#[tokio::test]
async fn of_many_who_want_a_free_name_one_gets_it() {
    let world = World::new();
    let mut finishing = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let mut submission = world.batches.submit("f", "a.xml", "somebody").await.unwrap().only_if_free(true);
        submission.write(file(&[]).as_bytes()).await.unwrap();
        finishing.spawn(submission.finish(None));
    }
    let outcomes = finishing.join_all().await;
    let refused = outcomes.iter().filter(|outcome| matches!(outcome, Err(Refusal::NameTaken))).count();
    assert_eq!((refused, outcomes.iter().filter(|outcome| outcome.is_ok()).count()), (7, 1), "{outcomes:?}");
    assert_eq!((world.files().len(), world.batches.list(None, 9).await.unwrap().len()), (1, 1));
}

/// A run whose row is committed with a request is there from that commit on, not only once its file has its place.
#[tokio::test]
async fn a_name_is_taken_as_soon_as_the_row_of_a_submitted_file_is_committed() {
    let world = World::new();
    let submission = world.batches.submit("f", "a.xml", "somebody").await.unwrap();
    let (id, new) = submission.finish_elsewhere().await.unwrap();
    assert!(world.batches.check_free("f", "a.xml").await.is_ok(), "nobody was told that it is taken");
    runs::take_on(world.batches.gateway(), id, new).await.unwrap();
    let refusal = world.batches.check_free("f", "a.xml").await;
    assert!(matches!(refusal, Err(Refusal::NameTaken)), "{refusal:?}");
}
