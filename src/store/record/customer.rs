//! A customer's body: its sections by tag.

use std::borrow::Cow;

use super::document::CustomerDocument;
use super::v1::{CardsV1, HeadV1, IndividualV1, ProfileV1, UpdateV1};
use super::{FORMAT, RecordError, push_section, push_section_bytes, read_section, section, sections};
use crate::domain::customer::{Customer, Individual, Profile};
use crate::domain::identity::CustomerId;

/// What the section that names a successor takes at most.
const SUCCESSOR_BYTES: usize = 16;

/// Tags are stored: never renumber, only add.
mod tag {
    pub(super) const HEAD_V1: u8 = 1;
    pub(super) const UPDATE_V1: u8 = 2;
    pub(super) const PROFILE_V1: u8 = 3;
    pub(super) const INDIVIDUAL_V1: u8 = 4;
    pub(super) const ADDRESSES_V1: u8 = 5;
    pub(super) const EMAILS_V1: u8 = 6;
    pub(super) const TELEPHONES_V1: u8 = 7;
    pub(super) const PREFERENCES_V1: u8 = 8;
    pub(super) const KEYS_V1: u8 = 9;
    pub(super) const ATTRIBUTES_V1: u8 = 10;
    pub(super) const VALIDATION_V1: u8 = 11;
    pub(super) const CARDS_V1: u8 = 20;
    pub(super) const MERGED_INTO_V1: u8 = 21;
    pub(super) const MEMBERS_V1: u8 = 22;
}

/// The name of a section, for people: history and `castile check` show it.
pub fn section_name(tag: u8) -> &'static str {
    match tag {
        tag::HEAD_V1 => "head",
        tag::UPDATE_V1 => "update",
        tag::PROFILE_V1 => "profile",
        tag::INDIVIDUAL_V1 => "individual",
        tag::ADDRESSES_V1 => "addresses",
        tag::EMAILS_V1 => "emails",
        tag::TELEPHONES_V1 => "telephones",
        tag::PREFERENCES_V1 => "contact_preferences",
        tag::KEYS_V1 => "alternate_keys",
        tag::ATTRIBUTES_V1 => "attributes",
        tag::VALIDATION_V1 => "validation_errors",
        tag::CARDS_V1 => "cards",
        tag::MERGED_INTO_V1 => "merged_into",
        tag::MEMBERS_V1 => "members",
        _ => "unknown",
    }
}

/// Writes a customer; the caller holds the size against [`super::CUSTOMER_BYTES_MAX`].
pub fn encode_customer(customer: &Customer) -> Result<Vec<u8>, RecordError> {
    let document = CustomerDocument::from(customer);
    let mut body = Vec::with_capacity(2_048);
    body.push(FORMAT);
    push_section(&mut body, tag::HEAD_V1, &document.head)?;
    push_unless(document.update == UpdateV1::default(), &mut body, tag::UPDATE_V1, &document.update)?;
    push_unless(customer.profile == Profile::default(), &mut body, tag::PROFILE_V1, &document.profile)?;
    push_unless(
        customer.individual == Individual::default(),
        &mut body,
        tag::INDIVIDUAL_V1,
        &document.individual,
    )?;
    push_list(&mut body, tag::ADDRESSES_V1, &document.addresses)?;
    push_list(&mut body, tag::EMAILS_V1, &document.emails)?;
    push_list(&mut body, tag::TELEPHONES_V1, &document.telephones)?;
    push_list(&mut body, tag::PREFERENCES_V1, &document.contact_preferences)?;
    push_list(&mut body, tag::KEYS_V1, &document.alternate_keys)?;
    push_list(&mut body, tag::ATTRIBUTES_V1, &document.attributes)?;
    push_list(&mut body, tag::VALIDATION_V1, &document.validation_errors)?;
    push_unless(customer.card_count == 0, &mut body, tag::CARDS_V1, &document.cards)?;
    if let Some(successor) = &document.merged_into {
        push_section(&mut body, tag::MERGED_INTO_V1, successor)?;
    }
    push_list(&mut body, tag::MEMBERS_V1, &document.members)?;
    Ok(body)
}

/// The body of a customer of whom nothing changes but that it was merged into `successor` (M-2): what
/// [`encode_customer`] makes of it, without reading more than its head.
pub fn encode_merged(body: &[u8], successor: CustomerId) -> Result<Vec<u8>, RecordError> {
    let sections = sections(body)?;
    let head = read_if_there::<HeadV1>(&sections, tag::HEAD_V1)?.ok_or_else(headless)?;
    let behind = sections.partition_point(|(tag, _)| *tag <= tag::MERGED_INTO_V1);
    let (before, behind) = sections.split_at(behind);
    let unchanged = |(tag, _): &&(u8, &[u8])| ![tag::HEAD_V1, tag::MERGED_INTO_V1].contains(tag);
    let mut merged = Vec::with_capacity(body.len() + SUCCESSOR_BYTES);
    merged.push(FORMAT);
    push_section(&mut merged, tag::HEAD_V1, &HeadV1 { active: false, ..head })?;
    before.iter().filter(unchanged).for_each(|section| push_section_bytes(&mut merged, *section));
    push_section(&mut merged, tag::MERGED_INTO_V1, &successor.0)?;
    behind.iter().for_each(|section| push_section_bytes(&mut merged, *section));
    Ok(merged)
}

fn push_list<T: serde::Serialize>(body: &mut Vec<u8>, tag: u8, list: &Vec<T>) -> Result<(), RecordError> {
    push_unless(list.is_empty(), body, tag, list)
}

fn push_unless<T: serde::Serialize>(
    empty: bool,
    body: &mut Vec<u8>,
    tag: u8,
    section: &T,
) -> Result<(), RecordError> {
    if empty { Ok(()) } else { push_section(body, tag, section) }
}

/// Reads a customer of any stored version.
pub fn decode_customer(body: &[u8]) -> Result<Customer, RecordError> {
    read_document(body)?.try_into()
}

/// Reads a customer without copying its text, to show it.
pub fn view_customer(body: &[u8]) -> Result<Customer<Cow<'_, str>>, RecordError> {
    read_document(body)?.try_into()
}

/// What has to be known of a customer before it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerState {
    /// Is it active?
    pub active: bool,
    /// Its highest note sequence.
    pub last_note_sequence: u32,
    /// How many cards were ever linked to it or to those that it was merged from.
    pub card_count: u32,
    /// The customer that it was merged into.
    pub merged_into: Option<CustomerId>,
    /// Whom it was merged from, the source first.
    pub members: Vec<CustomerId>,
}

/// Reads no more of a customer than its state.
pub fn read_state(body: &[u8]) -> Result<CustomerState, RecordError> {
    let sections = sections(body)?;
    let cards: CardsV1 = read_if_there(&sections, tag::CARDS_V1)?.unwrap_or_default();
    let merged_into = read_if_there(&sections, tag::MERGED_INTO_V1)?.map(CustomerId);
    let members: Vec<u64> = read_if_there(&sections, tag::MEMBERS_V1)?.unwrap_or_default();
    match sections.first() {
        Some((tag::HEAD_V1, bytes)) => {
            let HeadV1 { active, last_note_sequence, .. } = read_section(bytes)?;
            let members = members.into_iter().map(CustomerId).collect();
            Ok(CustomerState { active, last_note_sequence, card_count: cards.count, merged_into, members })
        }
        Some((tag, _)) => Err(RecordError::Newer(*tag)),
        None => Err(headless()),
    }
}

/// The section with this tag, if there is one.
fn read_if_there<'a, T: serde::Deserialize<'a>>(
    sections: &[(u8, &'a [u8])],
    tag: u8,
) -> Result<Option<T>, RecordError> {
    section(sections, tag).map(read_section).transpose()
}

fn headless() -> RecordError {
    RecordError::Unreadable("a customer without its head".to_owned())
}

fn read_document(body: &[u8]) -> Result<CustomerDocument<'_>, RecordError> {
    let mut sections = sections(body)?.into_iter();
    let head = match sections.next() {
        Some((tag::HEAD_V1, bytes)) => read_section::<HeadV1>(bytes)?,
        Some((tag, _)) => return Err(RecordError::Newer(tag)),
        None => return Err(headless()),
    };
    let mut document = empty_document(head);
    for (tag, bytes) in sections {
        read_into(&mut document, tag, bytes)?;
    }
    Ok(document)
}

fn empty_document(head: HeadV1) -> CustomerDocument<'static> {
    CustomerDocument {
        head,
        update: UpdateV1::default(),
        profile: ProfileV1::default(),
        individual: IndividualV1::default(),
        addresses: Vec::new(),
        emails: Vec::new(),
        telephones: Vec::new(),
        contact_preferences: Vec::new(),
        alternate_keys: Vec::new(),
        attributes: Vec::new(),
        validation_errors: Vec::new(),
        cards: CardsV1::default(),
        merged_into: None,
        members: Vec::new(),
    }
}

/// A document of which only this section was read; all others are empty.
pub(super) fn read_into_document(tag: u8, bytes: &[u8]) -> Result<CustomerDocument<'_>, RecordError> {
    if tag == tag::HEAD_V1 {
        return Ok(empty_document(read_section(bytes)?));
    }
    let mut document = empty_document(HeadV1::default());
    read_into(&mut document, tag, bytes)?;
    Ok(document)
}

fn read_into<'a>(document: &mut CustomerDocument<'a>, tag: u8, bytes: &'a [u8]) -> Result<(), RecordError> {
    match tag {
        tag::UPDATE_V1 => document.update = read_section(bytes)?,
        tag::PROFILE_V1 => document.profile = read_section(bytes)?,
        tag::INDIVIDUAL_V1 => document.individual = read_section(bytes)?,
        tag::ADDRESSES_V1 => document.addresses = read_section(bytes)?,
        tag::EMAILS_V1 => document.emails = read_section(bytes)?,
        tag::TELEPHONES_V1 => document.telephones = read_section(bytes)?,
        tag::PREFERENCES_V1 => document.contact_preferences = read_section(bytes)?,
        tag::KEYS_V1 => document.alternate_keys = read_section(bytes)?,
        tag::ATTRIBUTES_V1 => document.attributes = read_section(bytes)?,
        tag::VALIDATION_V1 => document.validation_errors = read_section(bytes)?,
        tag::CARDS_V1 => document.cards = read_section(bytes)?,
        tag::MERGED_INTO_V1 => document.merged_into = Some(read_section(bytes)?),
        tag::MEMBERS_V1 => document.members = read_section(bytes)?,
        newer => return Err(RecordError::Newer(newer)),
    }
    Ok(())
}
