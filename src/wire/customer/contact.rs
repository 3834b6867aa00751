//! `ContactInformation`: addresses, e-mails and telephones, read from a request and written into an answer.

use super::Selection;
use super::decode::set;
use super::encode::{flag, text};
use super::field::{Fields, known_children, size};
use super::path::Path;
use crate::domain::contact_point::ContactPoint;
use crate::domain::customer::Customer;
use crate::domain::message::{Address, ContactPointMessage, CustomerMessage, EMail, Telephone};
use crate::domain::value::{self, UpdateType};
use crate::wire::xml::{Element, Writer};

/// Reads all contact points. One without any value counts as not sent (V-19).
pub(super) fn information(
    element: Element<'_>,
    path: &Path<'_>,
    fields: &mut Fields,
    message: &mut CustomerMessage,
) {
    let (mut addresses, mut emails, mut telephones) = (0, 0, 0);
    for child in known_children(element) {
        match child.local() {
            "Address" => {
                addresses += 1;
                let path = &path.item("Address", addresses);
                let point = point(child, addresses, path, fields, address);
                message.addresses.extend(point);
            }
            "EMail" => {
                emails += 1;
                let path = &path.item("EMail", emails);
                message.emails.extend(point(child, emails, path, fields, email));
            }
            "Telephone" => {
                telephones += 1;
                let path = &path.item("Telephone", telephones);
                let point = point(child, telephones, path, fields, telephone);
                message.telephones.extend(point);
            }
            _ => {}
        }
    }
}

/// One contact point: the value that `read` finds in it, and the attributes that all three kinds share.
fn point<V: Default + PartialEq>(
    element: Element<'_>,
    index: usize,
    path: &Path<'_>,
    fields: &mut Fields,
    read: fn(Element<'_>, &Path<'_>, &mut Fields) -> V,
) -> Option<ContactPointMessage<V>> {
    let value = read(element, path, fields);
    let mut point = ContactPointMessage { index, value, ..ContactPointMessage::default() };
    for attribute in element.attributes().filter(|attribute| attribute.namespace().is_none()) {
        let path = &path.attribute(attribute.local());
        let sent = &attribute.value();
        match attribute.local() {
            "TypeCode" => point.type_code = fields.attribute_text(sent, path, size::CODE),
            "Label" => point.label = fields.attribute_text(sent, path, size::CODE),
            "ContactPreferenceCode" => {
                point.contact_preference_code = fields.attribute_text(sent, path, size::CODE);
            }
            "PrimaryFlag" => point.primary = fields.attribute_value(sent, path, value::boolean),
            "ValidFlag" => point.valid = fields.attribute_value(sent, path, value::boolean),
            "UpdateType" => point.update_type = fields.attribute_value(sent, path, UpdateType::parse),
            _ => {}
        }
    }
    (point.value != V::default()).then_some(point)
}

fn address(element: Element<'_>, path: &Path<'_>, fields: &mut Fields) -> Address {
    let mut address = Address::default();
    for child in known_children(element) {
        let path = &path.element(child.local());
        let mut text = |max| fields.text(child, path, max);
        match child.local() {
            "AddressLine1" => set(&mut address.lines[0], text(size::LINE)),
            "AddressLine2" => set(&mut address.lines[1], text(size::LINE)),
            "AddressLine3" => set(&mut address.lines[2], text(size::LINE)),
            "AddressLine4" => set(&mut address.lines[3], text(size::LINE)),
            "ApartmentNumber" => set(&mut address.apartment_number, text(size::OTHER)),
            "City" => set(&mut address.city, text(size::NAME)),
            "Territory" => set(&mut address.territory, text(size::OTHER)),
            "PostalCode" => set(&mut address.postal_code, text(size::POSTAL_CODE)),
            "County" => set(&mut address.county, text(size::OTHER)),
            "Country" => set(&mut address.country, text(size::OTHER)),
            _ => {}
        }
    }
    address
}

fn email(element: Element<'_>, path: &Path<'_>, fields: &mut Fields) -> EMail {
    let mut address = None;
    for child in known_children(element).filter(|child| child.local() == "EMailAddress") {
        set(&mut address, fields.text(child, &path.element("EMailAddress"), size::LINE));
    }
    EMail { address: address.unwrap_or_default() }
}

fn telephone(element: Element<'_>, path: &Path<'_>, fields: &mut Fields) -> Telephone {
    let (mut number, mut extension) = (None, None);
    for child in known_children(element) {
        let path = &path.element(child.local());
        match child.local() {
            "PhoneNumber" => set(&mut number, fields.text(child, path, size::PHONE)),
            "Extension" => set(&mut extension, fields.text(child, path, size::OTHER)),
            _ => {}
        }
    }
    Telephone { number: number.unwrap_or_default(), extension }
}

/// Writes `ContactInformation`, if there is anything to show.
pub(super) fn write_information<S: AsRef<str>>(
    writer: &mut Writer,
    customer: &Customer<S>,
    selection: Selection,
) {
    let flags = (customer.addresses.iter().map(|point| point.active))
        .chain(customer.emails.iter().map(|point| point.active))
        .chain(customer.telephones.iter().map(|point| point.active));
    if !{ flags }.any(|active| selection.shows(active)) {
        return;
    }
    writer.start("ContactInformation");
    write_points(writer, "Address", &customer.addresses, selection, write_address);
    write_points(writer, "EMail", &customer.emails, selection, |writer, email| {
        writer.element("EMailAddress", email.address.as_ref());
    });
    write_points(writer, "Telephone", &customer.telephones, selection, |writer, telephone| {
        writer.element("PhoneNumber", telephone.number.as_ref());
        text(writer, "Extension", &telephone.extension);
        if selection.tells_state() {
            text(writer, "AreaCode", &telephone.area_code());
        }
    });
    writer.end();
}

fn write_points<V, S: AsRef<str>>(
    writer: &mut Writer,
    name: &str,
    points: &[ContactPoint<V, S>],
    selection: Selection,
    value: impl Fn(&mut Writer, &V),
) {
    for point in points.iter().filter(|point| selection.shows(point.active)) {
        writer
            .start(name)
            .attribute("PrimaryFlag", flag(point.primary))
            .attribute("ValidFlag", flag(point.valid));
        let texts = [
            ("TypeCode", &point.type_code),
            ("ContactPreferenceCode", &point.contact_preference_code),
            ("Label", &point.label),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                writer.attribute(name, text.as_ref());
            }
        }
        if selection.tells_state() {
            writer.attribute("ActiveFlag", flag(point.active));
            writer.attribute("SequenceNumber", itoa::Buffer::new().format(point.sequence));
        }
        value(writer, &point.value);
        writer.end();
    }
}

fn write_address<S: AsRef<str>>(writer: &mut Writer, address: &Address<S>) {
    let names = ["AddressLine1", "AddressLine2", "AddressLine3", "AddressLine4"];
    for (name, line) in names.into_iter().zip(&address.lines) {
        text(writer, name, line);
    }
    text(writer, "ApartmentNumber", &address.apartment_number);
    text(writer, "City", &address.city);
    text(writer, "Territory", &address.territory);
    text(writer, "PostalCode", &address.postal_code);
    text(writer, "County", &address.county);
    text(writer, "Country", &address.country);
}

/// Whether the contact point with this sequence is active.
pub(super) fn is_active<V, S>(points: &[ContactPoint<V, S>], sequence: u32) -> bool {
    points.iter().any(|point| point.sequence == sequence && point.active)
}
