//! Check of cards and of what stands beside them: does each lead to the other?
//!
//! Deliberately absent: whether an activity's account exists, for no key leads from an account to its card.

use super::Administration;
use super::check::Problem;
use crate::domain::card::{Card, CardNumber};
use crate::store::record::{
    RecordError, decode_activity, decode_card, decode_coupon, decode_link, decode_pin_attempts, key,
};
use crate::store::{Collection, Key, Record, StoreError};

impl Administration {
    /// What is wrong with a card's record.
    pub(super) async fn check_card(&self, key: &Key, record: &Record) -> Result<Problem, StoreError> {
        let card = match card_of(key, record) {
            Ok(card) => card,
            Err(error) => return Ok(Some(error.to_string())),
        };
        if let Some(serial) = &card.serial {
            let serial = key::card_serial(serial);
            match self.gateway.store.get(&serial).await {
                Ok(Some(found)) if found.body == card.number.as_str().as_bytes() => {}
                Ok(Some(_)) => return Ok(Some(format!("its {serial} leads to another card"))),
                Ok(None) => return Ok(Some(format!("its {serial} is missing"))),
                Err(StoreError::Corrupt(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let holders = key::holders_of(&card.number);
        let found = self.engine.keys(Collection::CardHolder, holders, usize::MAX)?.len();
        Ok((found != card.holders as usize)
            .then(|| format!("has {} customers by its own account and {found} are stored", card.holders)))
    }

    /// What is wrong with a record that belongs to a card.
    pub(super) async fn check_beside_card(&self, key: &Key, record: &Record) -> Result<Problem, StoreError> {
        match self.beside_card(key, record).await {
            Ok(problem) => Ok(problem),
            Err(Unfit::Record(error)) => Ok(Some(error.to_string())),
            // The engine told of it.
            Err(Unfit::Store(StoreError::Corrupt(_))) => Ok(None),
            Err(Unfit::Store(error)) => Err(error),
        }
    }

    async fn beside_card(&self, key: &Key, record: &Record) -> Result<Problem, Unfit> {
        match key.collection {
            Collection::CardSerial => self.check_serial(key, record).await,
            Collection::CustomerCard => self.check_link(key, record).await,
            Collection::CardHolder => self.check_holder(key, record).await,
            Collection::AccountActivity => Ok(decode_activity(&record.body).map(|_| None)?),
            Collection::Coupon => {
                let (number, id) = key::read_coupon(key)?;
                decode_coupon(id, &record.body)?;
                self.check_card_is_there(&number).await
            }
            Collection::PinAttempts => {
                decode_pin_attempts(&record.body)?;
                self.check_card_is_there(&key::read_card_number(&key.id)?).await
            }
            Collection::Customer
            | Collection::Note
            | Collection::AlternateKey
            | Collection::Idempotency
            | Collection::Reference
            | Collection::Transaction
            | Collection::TransactionId
            | Collection::ActivitySums
            | Collection::BatchRun
            | Collection::BatchFailure
            | Collection::BatchWarning
            | Collection::MergedBefore
            | Collection::PromotionTarget
            | Collection::Card => Ok(None),
        }
    }

    async fn check_card_is_there(&self, number: &CardNumber) -> Result<Problem, Unfit> {
        let there = self.gateway.store.get(&key::card(number)).await?.is_some();
        Ok((!there).then(|| "belongs to a card that is not stored".to_owned()))
    }

    async fn check_serial(&self, key: &Key, record: &Record) -> Result<Problem, Unfit> {
        let card_key = key::card(&key::read_card_number(&record.body)?);
        let Some(found) = self.gateway.store.get(&card_key).await? else {
            return Ok(Some("leads to a card that is not stored".to_owned()));
        };
        let serial = card_of(&card_key, &found)?.serial;
        let fits = serial.is_some_and(|serial| serial.as_bytes() == &*key.id);
        Ok((!fits).then(|| "leads to a card with another serial number".to_owned()))
    }

    async fn check_link(&self, key: &Key, record: &Record) -> Result<Problem, Unfit> {
        let (customer, number) = key::read_customer_card(key)?;
        let link = decode_link(&record.body)?;
        if link.customer != customer {
            return Ok(Some(format!("says that it is a link of customer {}", link.customer)));
        }
        if self.gateway.store.get(&key::customer(customer)).await?.is_none() {
            return Ok(Some("belongs to a customer who is not stored".to_owned()));
        }
        let holder = self.gateway.store.get(&key::card_holder(&number, link.place)).await?;
        let fits =
            holder.is_some_and(|holder| key::read_customer_id(&holder.body).is_ok_and(|id| id == customer));
        Ok((!fits).then(|| "is not among the customers of its card".to_owned()))
    }

    async fn check_holder(&self, key: &Key, record: &Record) -> Result<Problem, Unfit> {
        let (number, place) = key::read_card_holder(key)?;
        let customer = key::read_customer_id(&record.body)?;
        let Some(link) = self.gateway.store.get(&key::customer_card(customer, &number)).await? else {
            return Ok(Some(format!("leads to customer {customer}, which has no such card")));
        };
        let fits = decode_link(&link.body)?.place == place;
        Ok((!fits).then(|| format!("leads to customer {customer}, which has another place")))
    }
}

fn card_of(key: &Key, record: &Record) -> Result<Card, RecordError> {
    decode_card(&key::read_card_number(&key.id)?, &record.body)
}

/// Why nothing can be said about how records fit together.
enum Unfit {
    Record(RecordError),
    Store(StoreError),
}

impl From<RecordError> for Unfit {
    fn from(error: RecordError) -> Self {
        Unfit::Record(error)
    }
}

impl From<StoreError> for Unfit {
    fn from(error: StoreError) -> Self {
        Unfit::Store(error)
    }
}
