//! How the gateway is doing: what health and the numbers for operators are made from.
//!
//! Deliberately absent: a judgement. Whether search that lags is bad is for whoever asks to say.

use super::Gateway;
use crate::search::Lag;
use crate::store::Health;

/// The condition at one moment. Holds nothing of any customer.
#[derive(Debug, Clone)]
pub struct Condition {
    /// Of the store.
    pub store: Health,
    /// Of search: how far it is behind the store.
    pub search: Lag,
}

/// Asks everybody. Waits for nobody's work: it answers while the disk does not.
pub async fn condition(gateway: &Gateway) -> Condition {
    Condition { store: gateway.store.health().await, search: gateway.search.lag().await }
}
