//! K-4: where the key of PINs comes from, and what is told where it is not there or not the right one. Beside the store and
//! not in it, so that who has the store has no PIN.
//!
//! A server looks once, at its start, whether the key fits the store; later it shows with the first request that brings a
//! PIN, which is refused for now, not for ever: the file can be brought back. Deliberately absent: files; whoever
//! composes a gateway brings them.

use std::error::Error as StdError;
use std::io;

use super::context::Gateway;
use crate::domain::card::pin::{PinDigest, PinKey};
use crate::domain::error::{Code, Error};
use crate::store::record::{decode_card, key};
use crate::store::{Collection, StoreError, prefix_range};

/// How many cards are looked at to see whether the key fits.
const CARDS_LOOKED_AT_MAX: usize = 1_000;

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

/// Why the PINs of the stored cards can't be checked.
#[derive(Debug, thiserror::Error)]
pub enum PinKeyProblem {
    /// The key can't be read.
    #[error(transparent)]
    Unreadable(#[from] io::Error),
    /// There are PINs and no key.
    #[error("cards in the store have PINs, and there is no key to check them with")]
    Missing,
    /// The key made none of the PINs that were looked at.
    #[error("the PINs of the cards in the store were digested under another key")]
    OtherKey,
    /// Nothing is known: the cards can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Can PINs be checked? Looks at the first cards of the store; where only some of their PINs are of another key, the log
/// tells how many.
pub async fn check_pin_key(gateway: &Gateway) -> Result<(), PinKeyProblem> {
    let key = gateway.pin_keys.get()?;
    let digests = first_digests(gateway).await?;
    if digests.is_empty() {
        return Ok(());
    }
    let key = key.ok_or(PinKeyProblem::Missing)?;
    match digests.iter().filter(|digest| !key.made(digest)).count() {
        0 => Ok(()),
        all if all == digests.len() => Err(PinKeyProblem::OtherKey),
        some => {
            tracing::warn!(
                cards = some,
                "PINs of some cards are of another key, castile load brings them anew"
            );
            Ok(())
        }
    }
}

/// Those of the first cards. One that can't be read is told by `castile check`.
async fn first_digests(gateway: &Gateway) -> Result<Vec<PinDigest>, StoreError> {
    let cards = gateway.store.scan(Collection::Card, prefix_range(&[]), CARDS_LOOKED_AT_MAX).await?;
    let digest = |(card, record): &(crate::store::Key, crate::store::Record)| {
        let number = key::read_card_number(&card.id).ok()?;
        decode_card(&number, &record.body).ok()?.pin
    };
    Ok(cards.iter().filter_map(digest).collect())
}

/// The refusal of a request that brings a PIN which can't be checked now; the cause is for the log.
pub(super) fn not_checkable(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
    let text = "PINs of cards can't be checked now: the operator finds the reason in the log";
    let mut error = Error::new(Code::ServiceUnavailable, text);
    error.source = Some(cause.into());
    error
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::ops::testing::*;

    /// A place with this key, or none, or one that can't be read.
    struct Keys(Result<Option<u8>, io::ErrorKind>);

    impl PinKeys for Keys {
        fn get(&self) -> io::Result<Option<PinKey>> {
            Ok(self.0?.map(|byte| PinKey::new([byte; 32])))
        }

        fn get_or_make(&self) -> io::Result<PinKey> {
            self.get().map(|key| key.unwrap_or_else(|| PinKey::new([9; 32])))
        }
    }

    /// The same store with another key file; that of [`World`] is 7.
    fn with_key(world: World, key: Result<Option<u8>, io::ErrorKind>) -> World {
        let World { gateway, clock } = world;
        let gateway = Arc::into_inner(gateway).unwrap().with_pin_keys(Arc::new(Keys(key)));
        World { gateway: Arc::new(gateway), clock }
    }

    fn buy(card: &str, pin: &str) -> String {
        format!(
            "<retrieveInstrument><CardNumber>{card}</CardNumber><AuthenticationData>{pin}</AuthenticationData>\
             </retrieveInstrument>"
        )
    }

    #[tokio::test]
    async fn k_4_whether_the_key_fits_is_known_from_the_first_cards() {
        let mut world = World::new();
        let unreadable = io::ErrorKind::PermissionDenied;
        for (key, found) in [(Ok(None), None), (Ok(Some(3)), None), (Err(unreadable), Some("denied"))] {
            world = with_key(world, key);
            let told = check_pin_key(&world.gateway).await.err().map(|problem| problem.to_string());
            assert_eq!(told.is_some(), found.is_some(), "without cards: {told:?}");
        }
        world = with_key(world, Ok(Some(7)));
        world.load(CARDS).await;
        for (key, found) in [
            (Ok(Some(7)), ""),
            (Ok(None), "there is no key"),
            (Ok(Some(3)), "under another key"),
            (Err(unreadable), "permission denied"),
        ] {
            world = with_key(world, key);
            let told = check_pin_key(&world.gateway).await.err().map(|problem| problem.to_string());
            assert!(told.as_deref().unwrap_or_default().contains(found), "{told:?}");
            assert_eq!(told.is_none(), found.is_empty());
        }
        // Loaded again under the key that is there, all is well.
        world = with_key(world, Ok(Some(3)));
        world.load(CARDS).await;
        assert!(check_pin_key(&world.gateway).await.is_ok());
    }

    #[tokio::test]
    async fn k_4_a_pin_that_cannot_be_checked_is_refused_for_now() {
        let mut world = World::new();
        world.load(CARDS).await;
        let request = buy("6006490000000002", "4711");
        for key in [Ok(None), Ok(Some(3)), Err(io::ErrorKind::PermissionDenied)] {
            world = with_key(world, key);
            let refusal = world.refused(&request).await;
            assert_code(&refusal, Code::ServiceUnavailable);
            assert!(refusal.message.contains("PINs") && refusal.source.is_some());
        }
        world = with_key(world, Ok(Some(7)));
        world.send(&request).await.unwrap();
    }
}
