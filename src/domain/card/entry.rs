//! K-8: a card as a file says it is, and what that makes of the card in the store.
//!
//! The same entry again changes nothing, even if the card was used since; a changed entry changes what it says
//! otherwise than before and leaves alone what requests did. Deliberately absent: how an entry is written.

use jiff::civil::Date;

use super::pin::PinDigest;
use super::{Account, AccountId, AccountStatus, Card, CardNumber, Funds};

/// A card as a file says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardEntry {
    /// Its number.
    pub number: CardNumber,
    /// InstrumentID.
    pub serial: Option<String>,
    /// The id of its card program.
    pub card_program: String,
    /// The digest of its PIN.
    pub pin: Option<PinDigest>,
    /// The last day on which it can be used.
    pub expiry: Option<Date>,
    /// The first day on which it can be activated.
    pub eligible_from: Option<Date>,
    /// By program id, ascending; one for each program of the card program.
    pub accounts: Vec<(String, AccountEntry)>,
}

/// An account as a file says it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AccountEntry {
    /// Whether it may be used.
    pub status: AccountStatus,
    /// The day of its activation; `None`: never activated.
    pub activated: Option<Date>,
    /// The last day on which it can be used.
    pub expiry: Option<Date>,
}

/// Why an entry can't take the place of what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryRefusal {
    /// It leaves out an account that the card has.
    AccountMissing,
}

impl CardEntry {
    /// How many account ids [`CardEntry::apply`] will need.
    pub fn new_accounts(&self, stored: Option<&Card>) -> usize {
        let known = |program: &String| stored.is_some_and(|card| account(card, program).is_some());
        self.accounts.iter().filter(|(program, _)| !known(program)).count()
    }

    /// The card that this entry makes of the stored one; equal to it if there is nothing to change.
    pub fn apply(
        &self,
        stored: Option<&Card>,
        mut new_id: impl FnMut() -> AccountId,
    ) -> Result<Card, EntryRefusal> {
        let names = |program: &str| self.accounts.iter().any(|(named, _)| named == program);
        if stored.is_some_and(|card| !card.accounts.iter().all(|account| names(&account.program))) {
            return Err(EntryRefusal::AccountMissing);
        }
        let accounts = self.accounts.iter().map(|(program, entry)| {
            match stored.and_then(|card| account(card, program)) {
                Some(account) => changed(account, *entry),
                None => new_account(new_id(), program, *entry),
            }
        });
        Ok(Card {
            number: self.number.clone(),
            serial: self.serial.clone(),
            card_program: self.card_program.clone(),
            pin: self.pin,
            expiry: self.expiry,
            eligible_from: self.eligible_from,
            activated: stored.and_then(|card| card.activated),
            holders: stored.map_or(0, |card| card.holders),
            accounts: accounts.collect(),
        })
    }
}

fn account<'c>(card: &'c Card, program: &str) -> Option<&'c Account> {
    card.accounts.iter().find(|account| account.program == program)
}

fn new_account(id: AccountId, program: &str, entry: AccountEntry) -> Account {
    Account {
        id,
        program: program.to_owned(),
        loaded: entry,
        activated: entry.activated,
        expiry: entry.expiry,
        last_activity: None,
        activity_count: 0,
        funds: Funds::default(),
    }
}

fn changed(account: &Account, entry: AccountEntry) -> Account {
    let mut changed = Account { loaded: entry, ..account.clone() };
    if entry.activated != account.loaded.activated {
        changed.activated = entry.activated;
    }
    if entry.expiry != account.loaded.expiry {
        changed.expiry = entry.expiry;
    }
    changed
}
