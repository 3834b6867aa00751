//! The reference data that requests are judged by: a copy in memory that is replaced whole.
//!
//! A request takes it once, when it is decided, and keeps it to its end, so that no request is judged by half of a
//! file.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Mutex;

use super::stored;
use crate::domain::error::Error;
use crate::domain::reference::Reference;
use crate::store::Reads;

/// The present reference data.
#[derive(Debug, Default)]
pub struct CurrentReference {
    present: RwLock<Arc<Reference>>,
    /// Held from reading to replacing, so that an older reading never replaces a newer one.
    reading: Mutex<()>,
}

impl From<Reference> for CurrentReference {
    fn from(reference: Reference) -> Self {
        CurrentReference { present: RwLock::new(Arc::new(reference)), reading: Mutex::default() }
    }
}

impl CurrentReference {
    /// The reference data as of now.
    pub fn get(&self) -> Arc<Reference> {
        // Nothing can panic under the lock, and what is in it is always whole.
        Arc::clone(&self.present.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes over what is stored.
    pub(in crate::ops) async fn refresh(&self, reads: &dyn Reads) -> Result<(), Error> {
        let _reading = self.reading.lock().await;
        let reference = Arc::new(stored::read_all(reads).await?);
        *self.present.write().unwrap_or_else(PoisonError::into_inner) = reference;
        Ok(())
    }
}
