//! Export and import of a card with all that belongs to it: one line, and one commit.
//!
//! Cards stand before customers in a file, so that search finds a customer's cards when it learns of the customer. Every
//! part is kept as its stored bytes. A card that is there already as the file has it is left alone; another one in its
//! place, or a serial number of another card, is a refusal. Deliberately absent: the key of PINs, which is no part of
//! the store.

use super::Administration;
use super::document::{BesideCard, Binary, CardLine};
use super::line::Refused;
use super::read::Unread;
use crate::domain::card::{Card, CardNumber};
use crate::store::cards::scan_all;
use crate::store::record::{
    decode_activity, decode_card, decode_coupon, decode_link, decode_pin_attempts, key,
};
use crate::store::{Change, Collection, Key, StoreError};

/// How often a card that keeps changing is read again.
const REREADS_MAX: usize = 1_000;

impl Administration {
    /// A card with what belongs to it, all of one moment: whatever changes any of it writes the card anew, save for
    /// counts of wrong PINs.
    pub(super) async fn read_card(&self, card_key: &Key) -> Result<Option<CardLine>, Unread> {
        let damaged =
            |error: &dyn std::fmt::Display| Unread::Damaged(format!("{card_key} is left out: {error}"));
        let number = key::read_card_number(&card_key.id).map_err(|error| damaged(&error))?;
        let mut reread = self.gateway.store.get(card_key).await?;
        for _ in 0..REREADS_MAX {
            let Some(record) = reread else { return Ok(None) };
            let card = decode_card(&number, &record.body).map_err(|error| damaged(&error))?;
            let beside = self.beside(&card).await?;
            reread = self.gateway.store.get(card_key).await?;
            if reread.as_ref().is_some_and(|now| now.version == record.version) {
                let number = number.as_str().to_owned();
                return Ok(Some(CardLine { number, row: Binary(record.body.to_vec()), beside }));
            }
        }
        Err(damaged(&"it did not stay the same while it was read"))
    }

    async fn beside(&self, card: &Card) -> Result<Vec<BesideCard>, Unread> {
        let store = &*self.gateway.store;
        let mut found = scan_all(store, Collection::CardHolder, key::holders_of(&card.number)).await?;
        let customers: Vec<_> =
            found.iter().filter_map(|(_, record)| key::read_customer_id(&record.body).ok()).collect();
        for customer in customers {
            let link = key::customer_card(customer, &card.number);
            let record = store.get(&link).await?;
            found.extend(record.map(|record| (link, record)));
        }
        for account in card.accounts.iter().filter(|account| account.activity_count > 0) {
            found.extend(scan_all(store, Collection::AccountActivity, key::activities_of(account.id)).await?);
        }
        found.extend(scan_all(store, Collection::Coupon, key::coupons_of(&card.number)).await?);
        let attempts = key::pin_attempts(&card.number);
        let record = store.get(&attempts).await?;
        found.extend(record.map(|record| (attempts, record)));
        let part = |(key, record): (Key, crate::store::Record)| BesideCard {
            collection: key.collection.number(),
            id: Binary(key.id.into()),
            row: Binary(record.body.to_vec()),
        };
        Ok(found.into_iter().map(part).collect())
    }

    pub(super) async fn import_card(&self, line: CardLine) -> Result<(), Refused> {
        let number = CardNumber::parse(&line.number).ok_or("its card number is none")?;
        let card = decode_card(&number, &line.row.0).map_err(|error| Refused::Line(error.to_string()))?;
        let store = &*self.gateway.store;
        if let Some(stored) = store.get(&key::card(&number)).await? {
            return if stored.body == line.row.0 {
                Ok(())
            } else {
                Err("the card is stored already, and differs".into())
            };
        }
        let mut change = Change::new();
        change.assert_absent(key::card(&number)).put(key::card(&number), line.row.0);
        if let Some(serial) = &card.serial {
            let serial = key::card_serial(serial);
            if store.get(&serial).await?.is_some() {
                return Err("its serial number is that of another card here".into());
            }
            change.assert_absent(serial.clone()).put(serial, number.as_str().as_bytes().to_vec());
        }
        let mut highest = card.accounts.iter().map(|account| account.id.0).max().unwrap_or(0);
        for part in line.beside {
            let part_key = part_key(&card, &part)?;
            if part_key.collection == Collection::Coupon {
                let (_, id) =
                    key::read_coupon(&part_key).map_err(|error| Refused::Line(error.to_string()))?;
                highest = highest.max(id);
            }
            change.assert_absent(part_key.clone()).put(part_key, part.row.0);
        }
        self.gateway.card_ids.give_above(store, highest).await?;
        match store.commit(change).await {
            Ok(_) => Ok(()),
            Err(StoreError::Contention(_)) => {
                Err("something that belongs to it is stored here already".into())
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// The key of a part, once it is sure that it belongs to this card and can be read.
fn part_key(card: &Card, part: &BesideCard) -> Result<Key, Refused> {
    let unfit = || Refused::from("a part of it is none of a card");
    let collection = Collection::from_number(part.collection).ok_or_else(unfit)?;
    let (part_key, row) = (Key::new(collection, part.id.0.clone()), &part.row.0);
    let own = match collection {
        Collection::CardHolder => {
            key::read_customer_id(row).is_ok() && is_of(card, key::read_card_holder(&part_key))
        }
        Collection::Coupon => {
            let read = key::read_coupon(&part_key);
            read.as_ref().is_ok_and(|(_, id)| decode_coupon(*id, row).is_ok()) && is_of(card, read)
        }
        Collection::CustomerCard => {
            let named = key::read_customer_card(&part_key);
            let link = decode_link(row);
            matches!((named, link), (Ok((id, number)), Ok(link)) if number == card.number && link.customer == id)
        }
        Collection::AccountActivity => {
            let of_account = |id: u64| part_key.id.starts_with(&id.to_be_bytes()) && part_key.id.len() == 16;
            decode_activity(row).is_ok() && card.accounts.iter().any(|account| of_account(account.id.0))
        }
        Collection::PinAttempts => {
            part_key == key::pin_attempts(&card.number) && decode_pin_attempts(row).is_ok()
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
        | Collection::Card
        | Collection::CardSerial => false,
    };
    if own { Ok(part_key) } else { Err(unfit()) }
}

fn is_of<T, E>(card: &Card, named: Result<(CardNumber, T), E>) -> bool {
    named.is_ok_and(|(number, _)| number == card.number)
}
