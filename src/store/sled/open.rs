//! Opening the trees: how sled is configured, and whether what is there is ours and of our layout.
//!
//! Deliberately absent: migration. There is one layout so far.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use ::sled::Db;

use super::folder::refuse;
use super::trees::{Trees, engine};
use super::{SledOptions, packing};
use crate::store::StoreError;

/// The layout that this program reads and writes.
const FORMAT: u64 = 1;
/// The name of the number that holds the version of the layout.
const FORMAT_NAME: &str = "format";
/// The names of the trees; sled adds its own.
const TREES: [&str; 5] = ["__sled__default", "records", "chunks", "log", "numbers"];
/// sled's segments, fixed when a store is made. A page over a quarter of it goes into a blob file, which sled
/// never syncs. The largest page is an index node: up to 320 keys of 1,015 bytes; with sled's default of
/// 512 KiB such nodes did become blobs.
const SEGMENT_BYTES: usize = 2 * 1024 * 1024;
/// How often the folder's lock is tried: another handle of this process may be about to let go of it.
const LOCK_TRIES_MAX: usize = 40;
const LOCK_WAIT: Duration = Duration::from_millis(25);

impl Trees {
    /// Opens or makes the trees. The folder has been examined.
    pub(super) fn open(options: &SledOptions) -> Result<Self, StoreError> {
        let config = ::sled::Config::new()
            .path(&options.path)
            .cache_capacity(options.cache_bytes)
            .segment_size(SEGMENT_BYTES);
        let db = open_patiently(&config).or_else(|why| refuse(&options.path, why))?;
        let tree = |name: &str| db.open_tree(name).map_err(|error| engine(&error));
        if !db.tree_names().iter().all(|name| TREES.iter().any(|known| known.as_bytes() == &**name))
            || !db.is_empty()
        {
            return refuse(&options.path, "holds a sled database of another program".to_owned());
        }
        let (records, chunks, log, numbers) =
            (tree("records")?, tree("chunks")?, tree("log")?, tree("numbers")?);
        let trees = Trees { db, records, chunks, log, numbers };
        trees.check_format(options)?;
        Ok(trees)
    }

    fn check_format(&self, options: &SledOptions) -> Result<(), StoreError> {
        match self.number(FORMAT_NAME)? {
            Some(FORMAT) => Ok(()),
            Some(other) => refuse(
                &options.path,
                format!(
                    "has layout {other}, this program reads layout {FORMAT}; use the program that wrote it"
                ),
            ),
            None if self.records.is_empty() && self.log.is_empty() && self.numbers.is_empty() => {
                let address = packing::number_address(FORMAT_NAME);
                let head = packing::pack(&address, 0, &FORMAT.to_be_bytes(), |_, _| {});
                self.numbers.insert(address, head).map(drop).map_err(|error| engine(&error))
            }
            None => refuse(&options.path, "holds records but does not say in which layout".to_owned()),
        }
    }
}

fn open_patiently(config: &::sled::Config) -> Result<Db, String> {
    let mut tries = 1;
    loop {
        let opened = catch_unwind(AssertUnwindSafe(|| config.open()));
        let error = match opened {
            Ok(Ok(db)) => return Ok(db),
            Ok(Err(error)) => error,
            Err(_) => return Err("is damaged: the engine panicked while it recovered it".to_owned()),
        };
        let locked = error.to_string().contains("could not acquire lock");
        if !locked || tries == LOCK_TRIES_MAX {
            let advice = if locked { "is in use by another process" } else { "cannot be opened" };
            return Err(format!("{advice} ({error})"));
        }
        tries += 1;
        thread::sleep(LOCK_WAIT);
    }
}
