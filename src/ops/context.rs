//! What an operation is given beside its request, and what lives as long as the gateway does.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};

use jiff::tz::TimeZone;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use tokio::time::Instant;

use super::batch_files::{BatchFiles, NoBatchFiles};
use super::ids::{CARD_IDS, CUSTOMER_IDS, Ids};
use super::pins::{NoPinKeys, PinKeys, not_checkable};
use super::reference::CurrentReference;
use super::turns::Turns;
use crate::clock::Clock;
use crate::domain::card::pin::PinKey;
use crate::domain::error::{Code, Error};
use crate::domain::identity::CustomerId;
use crate::domain::reference::Reference;
use crate::domain::{Now, Rules, Settings};
use crate::search::Search;
use crate::store::{Store, StoreError};

/// Everything that all requests share.
pub struct Gateway {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Search over that store.
    pub search: Arc<Search>,
    /// The switches of the organisation.
    pub settings: Settings,
    /// Its reference data; it changes when some is loaded.
    pub reference: CurrentReference,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// The zone of local time and of 'today'.
    pub time_zone: TimeZone,
    /// How many requests of callers were begun; who works beside them sees that there are some.
    pub(super) calls: AtomicU64,
    pub(super) turns: Turns,
    /// Of customers.
    pub(super) customer_ids: Ids,
    /// Of accounts and coupons.
    pub(super) card_ids: Ids,
    pub(super) pin_keys: Arc<dyn PinKeys>,
    batch_files: Arc<dyn BatchFiles>,
}

impl Gateway {
    /// A gateway over a store.
    pub fn new(
        store: Arc<dyn Store>,
        search: Arc<Search>,
        settings: Settings,
        reference: Reference,
        clock: Arc<dyn Clock>,
        time_zone: TimeZone,
    ) -> Self {
        Gateway {
            store,
            search,
            settings,
            reference: CurrentReference::from(reference),
            clock,
            time_zone,
            calls: AtomicU64::new(0),
            turns: Turns::default(),
            customer_ids: Ids::of(CUSTOMER_IDS),
            card_ids: Ids::of(CARD_IDS),
            pin_keys: Arc::new(NoPinKeys),
            batch_files: Arc::new(NoBatchFiles),
        }
    }

    /// With a place where the key of PINs is kept (K-4).
    pub fn with_pin_keys(self, pin_keys: Arc<dyn PinKeys>) -> Self {
        Gateway { pin_keys, ..self }
    }

    /// With a place where submitted batch files are put.
    pub fn with_batch_files(self, batch_files: Arc<dyn BatchFiles>) -> Self {
        Gateway { batch_files, ..self }
    }

    /// From now on only ids above `id` are given out, here and after a restart.
    pub(super) async fn give_ids_above(&self, id: u64) -> Result<(), StoreError> {
        self.customer_ids.give_above(&*self.store, id).await
    }
}

/// One request on its way through: who sent it, under which name it is logged, whether a retry must be recognised.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// The id under which faults and logs name the request.
    pub request_id: &'a str,
    /// The user; `anonymous` while no users are configured.
    pub caller: &'a str,
    /// What makes a retry recognisable, if the caller sent it.
    pub message: Option<MessageKey>,
    /// When the caller gets an answer at the latest, if there is such a time.
    pub deadline: Option<Instant>,
}

/// A message that may be sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageKey {
    /// `wsa:MessageID`, at most [`super::MESSAGE_ID_BYTES_MAX`] bytes.
    pub message_id: String,
    /// Of the Body element's bytes as they were sent.
    pub body_sha256: [u8; 32],
    /// The record that is meant, where a message has several that are remembered each alone.
    pub record: Option<RecordOfMessage>,
}

/// One record of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordOfMessage {
    /// Its place, from 1.
    pub index: u64,
    /// When the message was first begun. All its records are remembered from this time on, and so are forgotten
    /// together.
    pub begun: Timestamp,
}

/// What an operation may know.
pub struct Context<'a> {
    gateway: &'a Gateway,
    /// The request.
    pub call: &'a Call<'a>,
    /// Set when somebody asks first: most requests only read.
    now: OnceLock<Now>,
    reference: Arc<Reference>,
}

impl<'a> Context<'a> {
    /// The context of a decision that is taken now.
    pub fn new(gateway: &'a Gateway, call: &'a Call<'a>) -> Self {
        Context { gateway, call, now: OnceLock::new(), reference: gateway.reference.get() }
    }

    /// The time of the decision, the same however often it is asked for.
    pub fn now(&self) -> &Now {
        self.now.get_or_init(|| {
            let timestamp = whole(self.gateway.clock.now(), Unit::Millisecond);
            // Local time is kept and shown in whole seconds.
            let local = self.gateway.time_zone.to_datetime(whole(timestamp, Unit::Second));
            Now { timestamp, local }
        })
    }

    /// What the organisation has laid down.
    pub fn rules(&self) -> Rules<'_> {
        Rules { settings: &self.gateway.settings, reference: &self.reference }
    }

    /// Search over the customers.
    pub fn search(&self) -> &'a Search {
        &self.gateway.search
    }

    /// A new customer id; one that is not used is lost.
    pub async fn next_customer_id(&self) -> Result<CustomerId, Error> {
        self.gateway.customer_ids.next(&*self.gateway.store).await.map(CustomerId)
    }

    /// A new id for an account or a coupon; one that is not used is lost.
    pub(super) async fn next_card_id(&self) -> Result<u64, Error> {
        self.gateway.card_ids.next(&*self.gateway.store).await
    }

    /// Where submitted batch files are put.
    pub(super) fn batch_files(&self) -> &dyn BatchFiles {
        &*self.gateway.batch_files
    }

    /// The key of PINs, which was made when the first PIN was loaded. `SERVICE_UNAVAILABLE` where it can't be read.
    pub(super) fn pin_key(&self) -> Result<PinKey, Error> {
        let missing = || not_checkable("the key of PINs is missing: bring the file back from its backup");
        self.gateway.pin_keys.get().map_err(not_checkable)?.ok_or_else(missing)
    }
}

/// Cuts off what is finer than `unit`.
fn whole(time: Timestamp, unit: Unit) -> Timestamp {
    time.round(TimestampRound::new().smallest(unit).mode(RoundMode::Floor)).unwrap_or(time)
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let (code, message) = match &error {
            StoreError::Contention(_) => {
                (Code::Contention, "others kept changing the same records; try again")
            }
            StoreError::Unavailable(_) => {
                (Code::ServiceUnavailable, "the store takes no writes now; try again later")
            }
            StoreError::Corrupt(_) => (Code::CorruptRecord, "a stored record is damaged"),
            StoreError::Unacceptable(_) | StoreError::Engine(_) => {
                (Code::UnexpectedError, "an internal error occurred")
            }
        };
        let mut refusal = Error::new(code, message);
        refusal.source = Some(Box::new(error));
        refusal
    }
}
