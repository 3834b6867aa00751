//! A simulated power cut under load: what was acknowledged was on the block device by then.
//!
//! The data lies on an ext4 file system in an image file. At a random moment the server is stopped and the image file
//! is copied as it is: the copy lacks everything that was not synced, and a control proves it. Beside the writers a batch
//! file runs, which is sent while they write: its run goes on afterwards, and every record of it is done once.
//! Deliberately absent: devices that lose what they were told to keep.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::support::image::{Image, mount_is_permitted};
use super::support::{Filed, Load, Server, castile, check};

/// Every other one on a database that has been through the ones before.
const ROUNDS: usize = 8;
/// Cuts in which the control must be lost; under pressure the kernel may write out what nobody synced.
const LOST_MIN: usize = ROUNDS / 2 + 1;
const WRITERS: usize = 8;
const IMAGE_MEBIBYTES: u64 = 192;
const RESERVE_BYTES: u64 = 1024 * 1024;
/// Acknowledged writes before a cut.
const WRITES_MIN: u64 = 1;
const WRITES_SPREAD: u64 = 300;
/// Writes of each writer that age a database, in two runs of the server.
const AGEING_WRITES: usize = 75;
const AFTERWARDS_WRITES: usize = 5;
/// Of the batch file of each cut.
const RECORDS: u64 = 600;
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn what_was_acknowledged_survives_eight_power_cuts() {
    if !mount_is_permitted("power_cut") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let place = |name: String| folder.path().join(name + ".img");
    let mut aged_load = Load::new("power_cut, aged", WRITERS);
    let mut aged = Image::new(place("aged".to_owned()), IMAGE_MEBIBYTES).unwrap();
    (0..2).for_each(|_| age(&aged, &mut aged_load));
    let mut lost = 0;
    for round in 1..=ROUNDS {
        let copy_to = place(format!("cut-{round}"));
        let mut file = Filed::new(&format!("file{round}"), RECORDS);
        let control = if round % 2 == 0 {
            aged = cut_power("aged", &aged, copy_to, &mut aged_load, &mut file);
            recover("aged", &aged, &mut aged_load, &mut file)
        } else {
            let mut load = Load::new("power_cut, fresh", WRITERS);
            let fresh = Image::new(place(format!("fresh-{round}")), IMAGE_MEBIBYTES).unwrap();
            let copy = cut_power("fresh", &fresh, copy_to, &mut load, &mut file);
            recover("fresh", &copy, &mut load, &mut file)
        };
        lost += usize::from(control == Control::Lost);
    }
    assert!(aged_load.variety().iter().all(|count| *count > 0), "{:?}", aged_load.variety());
    eprintln!("power_cut: what nobody synced was lost in {lost} of {ROUNDS} cuts");
    assert!(lost >= LOST_MIN, "the copies keep what nobody synced: this proves nothing");
}

fn age(image: &Image, load: &mut Load) {
    let mounted = image.mount().unwrap();
    let server = Server::start_with_reserve(mounted.path(), RESERVE_BYTES);
    load.deal_once(mounted.path());
    load.write(server.address(), AGEING_WRITES);
    server.stop();
}

/// Runs the load on a mounted image until the cut; what was on the block device then.
fn cut_power(kind: &str, image: &Image, copy_to: PathBuf, load: &mut Load, file: &mut Filed) -> Image {
    let mounted = image.mount().unwrap();
    prepare_control(mounted.path());
    let server = Server::start_with_reserve(mounted.path(), RESERVE_BYTES);
    load.deal_once(mounted.path());
    let target = (WRITES_MIN + load.random().below(WRITES_SPREAD)) as usize;
    let wait = load.random_moment();
    let address = server.address().to_owned();
    eprintln!("power_cut, {kind}: cut after {target} writes");
    load.run(&address, |progress| {
        thread::scope(|scope| {
            scope.spawn(|| file.submit(&address));
            write_control(mounted.path());
            progress.wait_for(target);
            wait();
            server.signal(Signal::STOP);
            wait_until_stopped(server.id());
            let copy = image.copy(copy_to);
            server.kill();
            copy
        })
    })
}

/// Starts on what was left, proves that it is whole, and adds to it.
fn recover(kind: &str, image: &Image, load: &mut Load, file: &mut Filed) -> Control {
    let mounted = image.mount().unwrap();
    let control = Control::of(mounted.path());
    let server = Server::start_with_reserve(mounted.path(), RESERVE_BYTES);
    let done = file.done(&mut server.client());
    let report = load.settle_and_verify(server.address(), true);
    file.settle(&mut server.client());
    eprintln!("power_cut, {kind}: {report}; of the file {done:?}; control {control:?}");
    load.write(server.address(), AFTERWARDS_WRITES);
    load.settle_and_verify(server.address(), false);
    server.stop();
    file.verify_files(mounted.path());
    file.verify_export(&command(mounted.path(), "export"));
    command(mounted.path(), "check");
    control
}

/// stdout of a command that finds nothing wrong.
#[track_caller]
fn command(folder: &Path, command: &str) -> String {
    let mut command = castile(folder, &[command]);
    check(&command.env("CASTILE_STORE__RESERVE_BYTES", RESERVE_BYTES.to_string()).output().unwrap(), 0, &[])
}

/// What became of two files that were written beside the store without a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Control {
    /// The new one has no content and the old one its old content.
    Lost,
    /// At least one was written out all the same.
    Kept,
}

const BEFORE: [u8; 8192] = [b'a'; 8192];
const AFTER: [u8; 8192] = [b'b'; 8192];

fn control_files(folder: &Path) -> [PathBuf; 2] {
    [folder.join("control-old"), folder.join("control-new")]
}

fn prepare_control(folder: &Path) {
    let [old, new] = control_files(folder);
    if new.exists() {
        fs::remove_file(new).unwrap();
    }
    let mut file = File::create(old).unwrap();
    file.write_all(&BEFORE).unwrap();
    file.sync_all().unwrap();
    File::open(folder).unwrap().sync_all().unwrap();
}

/// Overwrites one and makes the other; syncs neither.
fn write_control(folder: &Path) {
    let [old, new] = control_files(folder);
    File::options().write(true).open(old).unwrap().write_all(&AFTER).unwrap();
    fs::write(new, AFTER).unwrap();
}

impl Control {
    fn of(folder: &Path) -> Self {
        let [old, new] = control_files(folder);
        let old_is_old = fs::read(old).unwrap() == BEFORE;
        let new_is_lost = fs::read(new).unwrap_or_default() != AFTER;
        if old_is_old && new_is_lost { Control::Lost } else { Control::Kept }
    }
}

/// Waits until no thread of the process runs any more. One that is in the middle of writing out is left there.
fn wait_until_stopped(process: u32) {
    let start = Instant::now();
    while !thread_states(process).iter().all(|state| matches!(state, 'T' | 'D')) {
        assert!(start.elapsed() < PATIENCE, "the server does not stop");
        thread::yield_now();
    }
}

fn thread_states(process: u32) -> Vec<char> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let state = |task: fs::DirEntry| {
        let stat = fs::read_to_string(task.path().join("stat")).ok()?;
        stat.rsplit_once(") ")?.1.chars().next()
    };
    tasks.filter_map(|task| state(task.unwrap())).collect()
}
