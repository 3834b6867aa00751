//! The identifiers of a request that names a customer and says nothing about it: `CustomerID?`, `AlternateKey*`.
//!
//! A CustomerID that was sent decides alone; keys must all that are known lead to the same customer.

use super::customers::{self, Loaded};
use super::lookup;
use crate::domain::error::{Class, Code, Error};
use crate::domain::identity::{AlternateKey, CustomerId};
use crate::store::record::key;
use crate::store::{Reads, Record};
use crate::wire::customer::{Fields, Path, alternate_key, known_children, size};
use crate::wire::xml::Element;

/// Who is named.
#[derive(Debug, Default)]
pub(super) struct Identifiers {
    customer_id: Option<String>,
    alternate_keys: Vec<AlternateKey>,
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
            _ => {}
        }
    }

    /// The identifiers among the children of what stands at `path`, which holds nothing else that counts.
    pub(super) fn of(element: Element<'_>, path: &Path<'_>) -> Result<Self, Error> {
        let mut fields = Fields::default();
        let mut identifiers = Identifiers::default();
        known_children(element).for_each(|child| identifiers.read(child, path, &mut fields));
        fields.into_result()?;
        identifiers.check().map(|()| identifiers)
    }

    /// whether every key has both its parts. To be asked once all fields are read.
    pub(super) fn check(&mut self) -> Result<(), Error> {
        std::mem::take(&mut self.incomplete).into_result()
    }

    /// Does it name nobody?
    pub(super) fn is_empty(&self) -> bool {
        self.customer_id.is_none() && self.alternate_keys.is_empty()
    }

    /// The customer so named, active or not; keys lead to an active one only (D-4). `CUSTOMER_NOT_FOUND` if there is
    /// none, or keys lead to several.
    pub(super) async fn find(&self, reads: &dyn Reads) -> Result<Loaded, Error> {
        let found = match &self.customer_id {
            Some(sent) => match CustomerId::parse(sent) {
                Some(id) => customers::load(reads, id).await?,
                None => None,
            },
            None => lookup::by_keys(reads, &self.alternate_keys).await.map_err(nobody_alone)?,
        };
        found.ok_or_else(lookup::not_found)
    }

    /// The same without decoding what need not be: its id and its record.
    pub(super) async fn find_record(&self, reads: &dyn Reads) -> Result<(CustomerId, Record), Error> {
        let Some(sent) = &self.customer_id else {
            let found = self.find(reads).await?;
            return Ok((found.customer.id, found.record));
        };
        let id = CustomerId::parse(sent).ok_or_else(lookup::not_found)?;
        let record = reads.get(&key::customer(id)).await?.ok_or_else(lookup::not_found)?;
        Ok((id, record))
    }
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
