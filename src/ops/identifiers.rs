//! The identifiers of a request that names a customer and says nothing about it: `CustomerID?`, `AlternateKey*`,
//! `CardNumber?`.
//!
//! A CustomerID that was sent decides alone; keys must all that are known lead to the same customer.

use super::customers::{self, Loaded};
use super::lookup;
use crate::domain::card::CardNumber;
use crate::domain::error::{Class, Code, Error};
use crate::domain::identity::{AlternateKey, CustomerId};
use crate::store::Reads;
use crate::store::cards::representative;
use crate::store::record::key;
use crate::store::successor::{Successor, from_record, successor};
use crate::wire::customer::{Fields, Path, alternate_key, known_children, size};
use crate::wire::xml::Element;

/// Who is named.
#[derive(Debug, Default)]
pub(super) struct Identifiers {
    customer_id: Option<String>,
    alternate_keys: Vec<AlternateKey>,
    card_number: Option<String>,
    /// How many AlternateKey elements were read, for paths.
    keys_read: usize,
    /// what is wrong with keys, which comes behind the syntax of all fields.
    incomplete: Fields,
}

impl Identifiers {
    /// Reads a child of what stands at `path`; anything but an identifier is left alone.
    pub(super) fn read(&mut self, child: Element<'_>, path: &Path<'_>, fields: &mut Fields) {
        match child.local() {
            "CustomerID" | "CustomerId" => {
                let sent = fields.text(child, &path.element(child.local()), size::CODE);
                self.customer_id = sent.or(self.customer_id.take());
            }
            "AlternateKey" => {
                self.keys_read += 1;
                let path = &path.item("AlternateKey", self.keys_read);
                self.alternate_keys.extend(key(child, self.keys_read, path, fields, &mut self.incomplete));
            }
            "CardNumber" => {
                let sent = fields.text(child, &path.element("CardNumber"), size::CODE);
                self.card_number = sent.or(self.card_number.take());
            }
            _ => {}
        }
    }

    /// The identifiers among the children of what stands at `path`, which holds nothing else that counts.
    pub(super) fn of(element: Element<'_>, path: &Path<'_>) -> Result<Self, Error> {
        let mut fields = Fields::default();
        let mut identifiers = Identifiers::default();
        let counts = |child: &Element<'_>| child.local() != "CardNumber";
        known_children(element).filter(counts).for_each(|child| identifiers.read(child, path, &mut fields));
        fields.into_result()?;
        identifiers.check().map(|()| identifiers)
    }

    /// whether every key has both its parts. To be asked once all fields are read.
    pub(super) fn check(&mut self) -> Result<(), Error> {
        std::mem::take(&mut self.incomplete).into_result()
    }

    /// The customer so named, active or not; keys lead to an active one only (D-4), an old CustomerID to its successor
    /// (M-2). `CUSTOMER_NOT_FOUND` if there is none, or keys lead to several.
    pub(super) async fn find(&self, reads: &dyn Reads) -> Result<Loaded, Error> {
        match &self.customer_id {
            Some(sent) => Loaded::of(successor_of(reads, sent).await?),
            None => self.by_keys(reads).await,
        }
    }

    /// The same of several, in their order: those with a CustomerID are read at once. `None`: not found.
    pub(super) async fn find_all(
        all: &[&Identifiers],
        reads: &dyn Reads,
    ) -> Result<Vec<Option<Loaded>>, Error> {
        let id = |one: &Identifiers| one.customer_id.as_deref().and_then(CustomerId::parse);
        let keys: Vec<_> = all.iter().filter_map(|one| id(one)).map(key::customer).collect();
        let mut records = reads.get_many(&keys).await?.into_iter();
        let mut found = Vec::with_capacity(all.len());
        for one in all {
            found.push(match (&one.customer_id, id(one)) {
                (Some(_), None) => None,
                (Some(_), Some(id)) => match records.next().flatten() {
                    Some(record) => from_record(reads, id, record).await?.map(Loaded::of).transpose()?,
                    None => None,
                },
                (None, _) => match one.by_keys(reads).await {
                    Err(refusal) if refusal.code == Code::CustomerNotFound => None,
                    found => Some(found?),
                },
            });
        }
        Ok(found)
    }

    /// The same, but that an old CustomerID leads to the merged customer itself (D-2).
    pub(super) async fn find_itself(&self, reads: &dyn Reads) -> Result<Loaded, Error> {
        match &self.customer_id {
            Some(sent) => {
                let id = CustomerId::parse(sent).ok_or_else(lookup::not_found)?;
                customers::load(reads, id).await?.ok_or_else(lookup::not_found)
            }
            None => self.by_keys(reads).await,
        }
    }

    async fn by_keys(&self, reads: &dyn Reads) -> Result<Loaded, Error> {
        let found = lookup::by_keys(reads, &self.alternate_keys).await.map_err(nobody_alone)?;
        found.ok_or_else(lookup::not_found)
    }

    /// As [`Identifiers::find`], or with `itself` as [`Identifiers::find_itself`], without decoding what need not be.
    pub(super) async fn find_record(&self, reads: &dyn Reads, itself: bool) -> Result<Successor, Error> {
        match &self.customer_id {
            Some(sent) if itself => {
                let id = CustomerId::parse(sent).ok_or_else(lookup::not_found)?;
                let record = reads.get(&key::customer(id)).await?.ok_or_else(lookup::not_found)?;
                Ok(Successor::alone(id, record)?)
            }
            Some(sent) => successor_of(reads, sent).await,
            None => {
                let found = self.by_keys(reads).await?;
                Ok(Successor::alone(found.customer.id, found.record)?)
            }
        }
    }

    /// Is there no identifier at all?
    pub(super) fn name_nobody(&self) -> bool {
        self.customer_id.is_none() && self.alternate_keys.is_empty() && self.card_number.is_none()
    }

    /// The card, where nothing else is named.
    pub(super) fn card_alone(&self) -> Option<&str> {
        let alone = self.customer_id.is_none() && self.alternate_keys.is_empty();
        self.card_number.as_deref().filter(|_| alone)
    }

    /// The active customer so named: by the CustomerID, else by keys, else by the card.
    pub(super) async fn find_active_record(&self, reads: &dyn Reads) -> Result<Successor, Error> {
        let found = match (&self.customer_id, &self.card_number) {
            (None, Some(number)) if self.alternate_keys.is_empty() => by_card_number(reads, number).await?,
            (Some(_), _) | (None, _) => Some(self.find_record(reads, false).await?),
        };
        found.filter(|found| found.state.active).ok_or_else(lookup::not_found)
    }

    /// Do they name `customer` or who it leads to, as far as that can be told of somebody who may be inactive by now?
    /// Keys do that one of these holds or held, unless one is somebody else's.
    pub(super) async fn mean(&self, reads: &dyn Reads, customer: CustomerId) -> Result<bool, Error> {
        let Some(end) = successor(reads, customer).await? else { return Ok(false) };
        match (&self.customer_id, &self.card_number) {
            (Some(sent), _) => {
                let Some(named) = CustomerId::parse(sent) else { return Ok(false) };
                let named = successor(reads, named).await?;
                Ok(named.is_some_and(|named| named.id == end.id))
            }
            (None, Some(number)) if self.alternate_keys.is_empty() => {
                Ok(by_card_number(reads, number).await?.is_some_and(|named| named.id == end.id))
            }
            (None, _) => self.keys_mean(reads, &end).await,
        }
    }

    async fn keys_mean(&self, reads: &dyn Reads, end: &Successor) -> Result<bool, Error> {
        let mut held = Vec::new();
        for id in end.through.iter().map(|hop| hop.id).chain([end.id]) {
            let known = customers::load(reads, id).await?.map(|loaded| loaded.customer.alternate_keys);
            held.extend(known.into_iter().flatten().map(|held| held.key));
        }
        let holders = lookup::holders(reads, &self.alternate_keys).await?;
        let of_another = self
            .alternate_keys
            .iter()
            .zip(holders)
            .any(|(key, holder)| holder.is_some() && !held.contains(key));
        Ok(!of_another && self.alternate_keys.iter().any(|key| held.contains(key)))
    }
}

/// The first associated active customer of the card with this number.
async fn by_card_number(reads: &dyn Reads, number: &str) -> Result<Option<Successor>, Error> {
    let Some(number) = CardNumber::parse(number) else { return Ok(None) };
    Ok(representative(reads, &number, false).await?)
}

/// The customer that this CustomerID leads to, active or not.
async fn successor_of(reads: &dyn Reads, sent: &str) -> Result<Successor, Error> {
    let id = CustomerId::parse(sent).ok_or_else(lookup::not_found)?;
    successor(reads, id).await?.ok_or_else(lookup::not_found)
}

/// Keys of several customers name nobody.
fn nobody_alone(refusal: Error) -> Error {
    if refusal.code.class() == Class::AlreadyExists {
        let text = "the alternate keys of the request belong to different customers";
        return Error::new(Code::CustomerNotFound, text);
    }
    refusal
}

/// A-3 holds here too: a key has both its parts.
fn key(
    element: Element<'_>,
    index: usize,
    path: &Path<'_>,
    fields: &mut Fields,
    incomplete: &mut Fields,
) -> Option<AlternateKey> {
    let sent = alternate_key(element, index, path, fields)?;
    if sent.type_code.is_none() {
        let code = Code::AlternateKeyTypecodeUnspecified;
        incomplete.refuse(code, &path.attribute("TypeCode"), "the alternate key has no TypeCode");
    }
    if sent.alternate_id.is_none() {
        let code = Code::AlternateKeyValueUnspecified;
        incomplete.refuse(code, &path.element("AlternateID"), "the alternate key has no AlternateID");
    }
    Some(AlternateKey { type_code: sent.type_code?, alternate_id: sent.alternate_id? })
}
