//! K-4: where the key of PINs comes from. Beside the store and not in it, so that who has the store has no PIN.
//!
//! Deliberately absent: files; whoever composes a gateway brings them.

use std::io;

use crate::domain::card::pin::PinKey;

/// The place where the key is kept.
pub trait PinKeys: Send + Sync {
    /// The key; `None` if none was made yet.
    fn get(&self) -> io::Result<Option<PinKey>>;
    /// The key, made now if there is none. Durable when this returns.
    fn get_or_make(&self) -> io::Result<PinKey>;
}

/// No place: then no card can have a PIN.
pub(super) struct NoPinKeys;

impl PinKeys for NoPinKeys {
    fn get(&self) -> io::Result<Option<PinKey>> {
        Ok(None)
    }

    fn get_or_make(&self) -> io::Result<PinKey> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "there is no place for the key of PINs"))
    }
}
