//! Reading the request (XML, envelope, codec) and writing its answer, against one pass of quick-xml's `NsReader`
//! over the same request that resolves every name and unescapes every value but keeps nothing.

use std::hint::black_box;
use std::time::Instant;

use castile::domain::customer::Customer;
use castile::domain::identity::CustomerId;
use castile::domain::message::CustomerMessage;
use castile::domain::note::Note;
use castile::domain::{Now, Rules, Settings, add};
use castile::ops::{DEFAULT_REFERENCE, parse_reference};
use castile::wire::SERVICE_NAMESPACE;
use castile::wire::customer::{Selection, customer_of, write_customer};
use castile::wire::soap::{ADDRESSING_HEADERS, Envelope, Version, write_answer};
use castile::wire::xml::{Document, Limits, Writer};
use quick_xml::events::Event;
use quick_xml::reader::NsReader;

use crate::measure::{Row, Target, in_turns, median};
use crate::{Outcome, Size, messages};

/// Messages of a round: a few milliseconds, shorter than a time slice.
const ITERATIONS: usize = 200;
/// Rounds, whatever is asked for elsewhere: they take no time.
const ROUNDS: usize = 301;

pub(crate) fn measure(size: &Size) -> Outcome<Vec<Row>> {
    let request = messages::add_or_update(1);
    let (customer, notes) = stored(&decode(&request)?)?;
    let answer_bytes = encode(&customer, &notes).len();
    let size = Size { rounds: ROUNDS, ..*size };
    let rounds = in_turns(
        &size,
        |_| {
            let decoding = micros(|| decode(&request).map(|message| drop(black_box(message))))?;
            let encoding = micros(|| {
                black_box(encode(&customer, &notes));
                Ok(())
            })?;
            Ok((decoding, encoding))
        },
        |_| Ok((micros(|| pass(&request).map(|seen| assert_ne!(black_box(seen), 0)))?, 0.0)),
    )?;
    let part = |of: fn(&(f64, f64)) -> f64| median(rounds.iter().map(|(ours, _)| of(ours)));
    Ok(vec![Row {
        name: "codec: decode and encode / NsReader pass".to_owned(),
        unit: "us",
        rounds: rounds.iter().map(|(ours, pass)| (ours.0 + ours.1, pass.0)).collect(),
        target: Target::AtMost(2.0),
        notes: vec![format!(
            "request of {} bytes decoded in {:.1} us, answer of {answer_bytes} bytes (the whole customer) encoded in {:.1} us",
            request.len(),
            part(|ours| ours.0),
            part(|ours| ours.1),
        )],
    }])
}

fn micros(mut what: impl FnMut() -> Outcome<()>) -> Outcome<f64> {
    let began = Instant::now();
    for _ in 0..ITERATIONS {
        what()?;
    }
    Ok(began.elapsed().as_secs_f64() * 1e6 / ITERATIONS as f64)
}

fn decode(request: &str) -> Outcome<CustomerMessage> {
    let document = Document::parse(black_box(request.as_bytes()), &Limits::default())?;
    let envelope = Envelope::read(&document, &ADDRESSING_HEADERS).map_err(|_| "not an envelope")?;
    let element = envelope.request().ok_or("an empty Body")?;
    customer_of(element).map_err(|error| error.to_string().into())
}

fn encode(customer: &Customer, notes: &[Note]) -> Vec<u8> {
    let mut writer = Writer::with_capacity(4_096);
    writer.start("retrieveCustomerResponse").namespace("", SERVICE_NAMESPACE);
    write_customer(&mut writer, black_box(customer), notes, None, &[], Selection::Active);
    writer.end();
    write_answer(Version::V11, None, &writer.into_bytes())
}

/// The customer that the request makes.
fn stored(message: &CustomerMessage) -> Outcome<(Customer, Vec<Note>)> {
    let settings = Settings::default();
    let reference = parse_reference(DEFAULT_REFERENCE)?;
    let now = Now { timestamp: "2024-05-18T10:42:31Z".parse()?, local: "2024-05-18T10:42:31".parse()? };
    let decided =
        add(message, CustomerId(88_213), &now, &Rules { settings: &settings, reference: &reference });
    let decided = decided.map_err(|error| error.to_string())?;
    Ok((decided.customer, decided.notes_put))
}

/// How many bytes of names and values were seen; every one of them resolved or unescaped.
pub(crate) fn pass(request: &str) -> Outcome<usize> {
    let mut reader = NsReader::from_str(black_box(request));
    let mut seen = 0;
    loop {
        let (namespace, event) = reader.read_resolved_event()?;
        black_box(namespace);
        match event {
            Event::Start(start) | Event::Empty(start) => {
                seen += start.local_name().as_ref().len();
                for attribute in start.attributes() {
                    let attribute = attribute?;
                    let (namespace, local) = reader.resolver().resolve_attribute(attribute.key);
                    black_box(namespace);
                    seen += local.as_ref().len()
                        + attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0)?.len();
                }
            }
            Event::Text(text) => seen += text.xml10_content().len(),
            Event::Eof => return Ok(seen),
            Event::End(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::GeneralRef(_) => {}
        }
    }
}
