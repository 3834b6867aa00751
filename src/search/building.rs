//! How an index is opened, and how it is built from the store.

use std::sync::atomic::Ordering;

use super::engine::{Place, Shared, State};
use super::failure::SearchError;
use super::index::Index;
use super::marker::Marker;
use super::overlay::Overlay;
use crate::store::record::key;
use crate::store::{Collection, prefix_range};

/// So many customers are read at once.
const PAGE: usize = 1_000;
/// Progress is told after each so many customers.
const PROGRESS_STEP: u64 = 1_000;

impl Shared {
    /// Opens the index, or builds it where it can't be used.
    pub(super) async fn open(&self) -> Result<(), SearchError> {
        let mut writer = self.writer.lock().await;
        if self.state().is_some() {
            return Ok(());
        }
        *writer = None;
        let distrusted = self.suspect.swap(false, Ordering::AcqRel);
        if let Some((index, marker)) = self.open_existing(distrusted).await? {
            let state = State { view: index.view()?, indexed: marker.reached, overlay: Overlay::new(marker) };
            let (customers, commit) = (state.view.count(), state.indexed);
            *writer = Some(index);
            *self.state() = Some(state);
            tracing::info!(customers, commit, "the search index is open");
            self.turn();
            return Ok(());
        }
        *writer = Some(self.create()?);
        drop(writer);
        tracing::info!("building the search index");
        self.build(|_| {}).await.map(drop)
    }

    /// Builds the index without a look at what is there.
    pub(super) async fn build_here(&self, progress: impl FnMut(u64) + Send) -> Result<u64, SearchError> {
        let mut writer = self.writer.lock().await;
        if writer.is_none() {
            *writer = Some(self.create()?);
        }
        drop(writer);
        self.build(progress).await
    }

    fn create(&self) -> Result<Index, SearchError> {
        match &self.options.place {
            Place::Memory => Index::in_memory(),
            Place::Folder(folder) => Index::create(folder),
        }
    }

    async fn open_existing(&self, distrusted: bool) -> Result<Option<(Index, Marker)>, SearchError> {
        let Place::Folder(folder) = &self.options.place else { return Ok(None) };
        if distrusted || !folder.exists() {
            return Ok(None);
        }
        let opened = match std::panic::catch_unwind(|| Index::open(folder)) {
            Ok(Ok(opened)) => opened,
            Ok(Err(error)) => {
                tracing::warn!(%error, "the search index can't be opened");
                None
            }
            Err(_) => None,
        };
        let Some((index, payload)) = opened else { return Ok(None) };
        let Some(marker) = Marker::parse(&payload) else { return Ok(None) };
        Ok(if marker.fits(&*self.store).await? { Some((index, marker)) } else { None })
    }

    /// Lets go of the index; searches wait until it is open again.
    pub(super) async fn close(&self) {
        let mut writer = self.writer.lock().await;
        *self.state() = None;
        *writer = None;
    }

    /// Writes every customer of the store into the index, in place of what is there.
    pub(super) async fn build(&self, progress: impl FnMut(u64) + Send) -> Result<u64, SearchError> {
        let mut writer = self.writer.lock().await;
        let index = writer.as_mut().ok_or(SearchError::Building)?;
        // Changes after this commit are in the log, and are followed afterwards.
        let base = self.store.health().await.last_commit;
        let marker = Marker::at(base);
        let built = self.fill(index, progress).await;
        let (count, view) = match built {
            Ok(count) => (count, index.commit(&marker.to_text())?),
            Err(error) => {
                index.roll_back()?;
                return Err(error);
            }
        };
        let mut state = self.state();
        match &mut *state {
            Some(state) => {
                state.view = view;
                state.indexed = base;
                state.overlay.written(base);
                state.overlay.marker.reached = state.overlay.marker.reached.max(base);
            }
            None => *state = Some(State { view, indexed: base, overlay: Overlay::new(marker) }),
        }
        drop(state);
        tracing::info!(customers = count, commit = base, "the search index is built");
        self.turn();
        Ok(count)
    }

    async fn fill(&self, index: &Index, mut progress: impl FnMut(u64) + Send) -> Result<u64, SearchError> {
        index.clear()?;
        let (mut range, mut count) = (prefix_range(&[]), 0);
        loop {
            if self.stop.load(Ordering::Acquire) {
                return Err(SearchError::Building);
            }
            let page = self.store.scan(Collection::Customer, range.clone(), PAGE).await?;
            for (_, record) in &page {
                index.add(&self.project(record).await?)?;
                count += 1;
                if count % PROGRESS_STEP == 0 {
                    progress(count);
                }
            }
            match page.last() {
                Some((last, _)) if page.len() == PAGE => range.start = key::just_after(last),
                _ => return Ok(count),
            }
            // The store's reads may not wait for anything; others on this thread must get on all the same.
            tokio::task::yield_now().await;
        }
    }
}
