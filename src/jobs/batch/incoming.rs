//! What comes into the filesets' folders, and what a gateway finds when it starts.
//!
//! A file in `incoming/<fileset>` is taken when its marker `<name>.done` stands beside it, or when it has not changed
//! (size, time of the last write, time of the last rename) for the settling time. A file that was renamed into place is
//! complete when it appears, so for it the time is only a delay; who writes in place and pauses for longer than that has
//! to use a marker, or a name that is never taken (it begins with a dot, or does not end in `.xml` or `.xml.gz`) until it is complete. Looking
//! again and again needs no word from the system, and works on file systems of other machines too, where there is none.
//!
//! Taking it is renaming it: of two gateways one gets it. Files that come together are taken in the order in which they
//! were written last, then by name. Deliberately absent: folders in folders, and links.

use std::collections::HashMap;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

use super::folders::{self, check_file_name, check_fileset};
use super::submission::name_of_part;
use super::{Batches, Refusal};
use crate::ops::runs::{self, NewRun, draw_run_id, take_on};

/// Who brought a file that was found.
const FOUND: &str = "batch";
/// With every so many looks, files of gateways that have ended meanwhile are taken over: every 30 seconds by default.
const LOOKS_PER_LOOK_FOR_THE_DEAD: u32 = 30;

/// What tells that a file has changed: its size, and its times in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Look {
    bytes: u64,
    written: i128,
    renamed: i128,
}

/// What was seen of the files that are not taken yet.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    seen: HashMap<(String, String), (Look, Instant)>,
    told: bool,
    /// Since the dead were looked for.
    looks: u32,
}

impl Incoming {
    /// Counts a look. At the start the dead were looked for already.
    pub(super) fn is_time_for_the_dead(&mut self) -> bool {
        self.looks = (self.looks + 1) % LOOKS_PER_LOOK_FOR_THE_DEAD;
        self.looks == 0
    }

    /// Takes what is ready.
    pub(super) async fn look(&mut self, batches: &Batches, settle: Duration) -> Result<(), Refusal> {
        let reading = |error| Refusal::Files("the folder of incoming files can't be read", error);
        let mut still = HashMap::new();
        for fileset in folders::names(&batches.folders().incoming(), true).map_err(reading)? {
            if check_fileset(&fileset).is_err() {
                continue;
            }
            let folder = batches.folders().incoming().join(&fileset);
            let ready = self.ready(&folder, &fileset, settle, &mut still).map_err(reading)?;
            for name in ready {
                take(batches, &fileset, &name).await?;
            }
        }
        self.seen = still;
        Ok(())
    }

    /// The names of the files to take, in order.
    fn ready(
        &mut self,
        folder: &Path,
        fileset: &str,
        settle: Duration,
        still: &mut HashMap<(String, String), (Look, Instant)>,
    ) -> io::Result<Vec<String>> {
        let names = folders::names(folder, false)?;
        let mut ready = Vec::new();
        for name in &names {
            if check_file_name(name).is_err() {
                self.tell_unfit(fileset, name);
                continue;
            }
            let Some(look) = look(&folder.join(name))? else { continue };
            let key = (fileset.to_owned(), name.clone());
            let since = match self.seen.get(&key) {
                Some((before, since)) if *before == look => Some(*since),
                Some(_) | None => None,
            };
            let marked = names.binary_search(&format!("{name}.done")).is_ok();
            if marked || since.is_some_and(|since| since.elapsed() >= settle) {
                ready.push((look.written, name.clone()));
            } else {
                still.insert(key, (look, since.unwrap_or_else(Instant::now)));
            }
        }
        ready.sort_unstable();
        Ok(ready.into_iter().map(|(_, name)| name).collect())
    }

    /// Once, so that a log is not filled by a file that nobody takes away.
    fn tell_unfit(&mut self, fileset: &str, name: &str) {
        let expected =
            name.starts_with('.') || [".done", ".part", ".tmp"].iter().any(|end| name.ends_with(end));
        if !expected && !std::mem::replace(&mut self.told, true) {
            tracing::warn!(fileset, "a file in incoming has a name that is not taken");
        }
    }
}

fn look(path: &Path) -> io::Result<Option<Look>> {
    let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
    match path.symlink_metadata() {
        Ok(file) => Ok(Some(Look {
            bytes: file.len(),
            written: nanoseconds(file.mtime(), file.mtime_nsec()),
            renamed: nanoseconds(file.ctime(), file.ctime_nsec()),
        })),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Claims a file. The marker goes first: one that is left over would vouch for a later file of the same name.
async fn take(batches: &Batches, fileset: &str, name: &str) -> Result<(), Refusal> {
    let from = batches.folders().incoming().join(fileset).join(name);
    let claiming = |error| Refusal::Files("a file can't be claimed", error);
    let _one_at_a_time = batches.taking().await;
    let id = draw_run_id(batches.gateway()).await?;
    let claimed = batches.folders().claimed(fileset, id, name);
    folders::make(&batches.folders().running().join(fileset)).map_err(claiming)?;
    match std::fs::remove_file(from.with_file_name(format!("{name}.done"))) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(claiming(error)),
        Ok(()) | Err(_) => {}
    }
    match folders::rename(&from, &claimed) {
        // Another gateway was faster, or somebody took it back.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        outcome => outcome.map_err(claiming)?,
    }
    adopt(batches, fileset, id, name).await
}

/// Makes a claimed file a run, unless it is one.
async fn adopt(batches: &Batches, fileset: &str, id: u64, name: &str) -> Result<(), Refusal> {
    let claimed = batches.folders().claimed(fileset, id, name);
    let file_bytes = claimed.metadata().map_or(0, |file| file.len());
    let (fileset, file_name) = (fileset.to_owned(), name.to_owned());
    let new = NewRun { fileset, file_name, who: FOUND.to_owned(), file_bytes, retry_of: None };
    let run = take_on(batches.gateway(), id, new).await?;
    batches.add(&run);
    Ok(())
}

/// After the start: makes whole what an earlier process left half done in this gateway's folder, and makes its
/// unfinished runs known.
pub(super) async fn recover(batches: &Batches) -> Result<(), Refusal> {
    let reading = |error| Refusal::Files("the folder of claimed files can't be read", error);
    for fileset in folders::names(&batches.folders().running(), true).map_err(reading)? {
        let folder = batches.folders().running().join(&fileset);
        for name in folders::names(&folder, false).map_err(reading)? {
            if let Some(whole) = name_of_part(&name) {
                recover_part(batches, &folder, &name, whole).await?;
            } else if let Some((id, name)) = folders::read_claimed(&name) {
                adopt(batches, &fileset, id, name).await?;
            }
        }
    }
    for run in runs::unfinished_runs(batches.gateway()).await? {
        let (fileset, name) = (&run.run.fileset, &run.run.file_name);
        // Of a gateway that lives, else its file would have been taken over just now.
        if !batches.folders().is_claimed_elsewhere(fileset, run.id, name).map_err(reading)? {
            batches.add(&run);
        }
    }
    Ok(())
}

/// A submission whose run is known is complete; of the others nobody was told that they were taken.
async fn recover_part(batches: &Batches, folder: &Path, part: &str, whole: &str) -> Result<(), Refusal> {
    let known = match folders::read_claimed(whole) {
        Some((id, _)) => runs::run(&*batches.gateway().store, id).await?.is_some(),
        None => false,
    };
    let outcome = match known {
        true => folders::rename(&folder.join(part), &folder.join(whole)),
        false => std::fs::remove_file(folder.join(part)),
    };
    outcome.map_err(|error| Refusal::Files("a file of an earlier process can't be put in order", error))
}

/// Takes over what gateways claimed that are no more, and makes it known.
pub(super) async fn inherit(batches: &Batches) -> Result<(), Refusal> {
    let moving = |error| Refusal::Files("the files of a gateway that is no more can't be taken over", error);
    let own = batches.folders().running();
    for gateway in folders::names(&batches.folders().all_running(), true).map_err(moving)? {
        let other = batches.folders().all_running().join(&gateway);
        if other == own {
            continue;
        }
        let files = claimed_by(&other).map_err(moving)?;
        if files.is_empty() {
            continue;
        }
        // Held until all of it is moved, so that nobody else does the same.
        let Some(_lock) = folders::lock(&other).map_err(moving)? else { continue };
        let mut count = 0;
        for (fileset, name) in files {
            count += u32::from(take_over(batches, &other.join(&fileset), &fileset, &name).await?);
        }
        if count > 0 {
            tracing::warn!(gateway, count, "took over the batch files of a gateway that is no more");
        }
    }
    Ok(())
}

/// The filesets and names of everything that lies in the folder of a gateway.
fn claimed_by(running: &Path) -> io::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for fileset in folders::names(running, true)? {
        let names = folders::names(&running.join(&fileset), false)?;
        found.extend(names.into_iter().map(|name| (fileset.clone(), name)));
    }
    Ok(found)
}

/// Takes a file over, if it is one and still there. It keeps its run where the store knows that; else, for the gateway had a
/// store of its own, it becomes a new one, whose id nobody else has. What was not complete and is not known stays: only
/// its own gateway can tell whether somebody counts on it.
async fn take_over(batches: &Batches, from: &Path, fileset: &str, file: &str) -> Result<bool, Refusal> {
    let moving = |error| Refusal::Files("a file of a gateway that is no more can't be taken over", error);
    let (whole, is_part) = name_of_part(file).map_or((file, false), |whole| (whole, true));
    let Some((id, name)) = folders::read_claimed(whole) else { return Ok(false) };
    let _one_at_a_time = batches.taking().await;
    let known = runs::run(&*batches.gateway().store, id).await?.map(|known| known.run);
    let is_same =
        known.is_some_and(|run| run.fileset == fileset && run.file_name == name && !run.state.is_final());
    let keeps = is_same && !batches.folders().claimed(fileset, id, name).exists();
    let id = match (keeps, is_part) {
        (true, _) => id,
        (false, false) => draw_run_id(batches.gateway()).await?,
        (false, true) => return Ok(false),
    };
    folders::make(&batches.folders().running().join(fileset)).map_err(moving)?;
    match folders::rename(&from.join(file), &batches.folders().claimed(fileset, id, name)) {
        // It was seen before the lock was taken; its gateway may have lived a little longer.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        outcome => outcome.map_err(moving)?,
    }
    adopt(batches, fileset, id, name).await?;
    Ok(true)
}
