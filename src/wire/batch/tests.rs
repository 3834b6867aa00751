//! Batch files, read and written: what is given, what ends the reading and where, and that memory stays bounded.

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::*;
use crate::wire::xml::{Document, Limits};

/// Gives so many bytes at a time.
struct Dribble<'a>(&'a [u8], usize);

impl Read for Dribble<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.1.min(buffer.len()).min(self.0.len());
        self.0.split_at(bytes).0.iter().zip(buffer).for_each(|(from, to)| *to = *from);
        self.0 = &self.0[bytes..];
        Ok(bytes)
    }
}

/// The records of a file, and how its reading ended.
fn read(source: impl Read, limits: BatchLimits) -> (Vec<String>, Result<(), BatchError>) {
    let mut records = Vec::new();
    let mut reader = match RecordReader::new(source, limits) {
        Ok(reader) => reader,
        Err(error) => return (records, Err(error)),
    };
    loop {
        match reader.next() {
            Ok(Some(record)) => {
                assert_eq!(record.index, records.len() as u64 + 1);
                records.push(String::from_utf8(record.bytes().to_vec()).unwrap());
            }
            Ok(None) => return (records, Ok(())),
            Err(error) => {
                assert!(reader.next().unwrap().is_none(), "an error ends the reading");
                return (records, Err(error));
            }
        }
    }
}

/// The same however the file arrives.
#[track_caller]
fn check(file: impl AsRef<[u8]>, expected: &[&str]) {
    for step in [1, 3, 1_000_000] {
        let (records, end) = read(Dribble(file.as_ref(), step), BatchLimits::default());
        end.unwrap_or_else(|error| panic!("by {step}: {error}"));
        assert_eq!(records, expected, "by {step}");
    }
}

/// How many records come before the place where the file breaks, as `RECORDS LINE:COLUMN@BYTE KIND`.
#[track_caller]
fn check_broken(file: impl AsRef<[u8]>, expected: &str) {
    for step in [1, 3, 1_000_000] {
        let (records, end) = read(Dribble(file.as_ref(), step), small());
        let error = end.expect_err("the file is read to its end");
        let BatchError { line, column, byte_offset, kind, .. } = &error;
        let found = format!("{} {line}:{column}@{byte_offset} {kind:?}", records.len());
        assert_eq!(found, expected, "by {step}: {error}");
    }
}

fn small() -> BatchLimits {
    BatchLimits { record_bytes_max: 400, gap_bytes_max: 600, ..BatchLimits::default() }
}

#[test]
fn b_1_records_are_given_as_they_were_written() {
    check("<Customers/>", &[]);
    check("<Customers></Customers>", &[]);
    check("<Customers>\n <Customer/>\n</Customers>\n", &["<Customer/>"]);
    let first =
        "<Customer Action='Add'>\r\n<!-- </Customer> --><a b=\">\"/><![CDATA[</Customer>]]></Customer >";
    let second = "<Customer><Customer></Customer></Customer>";
    check(
        format!("<Customers>{first}<?x </Customers>?>{second}<!-- <Customer/> --></Customers >"),
        &[first, second],
    );
    check(
        "<ActivateInstrumentCustomerRequest><Instrument/></ActivateInstrumentCustomerRequest>",
        &["<Instrument/>"],
    );
}

#[test]
fn v_18_elements_that_are_no_records_are_passed_over() {
    let file = "<Customers><Other><Customer/></Other><Instrument/><x:Customer xmlns:x='urn:x'/><Customer a='1'/></Customers>";
    check(file, &["<Customer a='1'/>"]);
}

#[test]
fn the_first_end_tag_of_its_name_is_not_always_that_of_a_record() {
    let records = [
        "<Customer><!--</Customer>--><A/></Customer>",
        "<Customer><![CDATA[</Customer>]]></Customer>",
        "<Customer><Customer><A/></Customer ><Customer/></Customer\n>",
        "<Customer><CustomerNotes></CustomerNotes></Customer>",
        "<Customer A='>'/>",
        "<Customer/>",
        "<Customer ><?p </Customer>?></Customer>",
    ];
    check(format!("<Customers>{}</Customers>", records.concat()), &records);
}

#[test]
fn a_root_is_in_the_namespace_of_the_service_or_in_none() {
    check("<c:Customers xmlns:c='urn:castile:crm:v1'><c:Customer/></c:Customers>", &["<c:Customer/>"]);
    check("<Customers xmlns='urn:castile:crm:v1'><Customer/></Customers>", &["<Customer/>"]);
    check_broken("<Customers xmlns='urn:other'><Customer/></Customers>", "0 1:1@0 WrongRoot");
    check_broken("<?xml version='1.0'?>\n<Customer/>", "0 2:1@22 WrongRoot");
    check_broken("<soap:Envelope/>", "0 1:2@0 NotWellFormed");
}

#[test]
fn what_the_root_binds_holds_in_every_record() {
    let file = "<Customers xmlns:p='urn:p' xmlns='urn:castile:crm:v1'><Customer><p:a p:b='1'/><c/></Customer></Customers>";
    let mut reader = RecordReader::new(file.as_bytes(), BatchLimits::default()).unwrap();
    let record = reader.next().unwrap().unwrap();
    let children: Vec<_> = record.document().root().children().collect();
    assert_eq!(children[0].namespace(), Some("urn:p"));
    assert_eq!(children[0].attribute_ns("urn:p", "b").as_deref(), Some("1"));
    assert_eq!(children[1].namespace(), Some("urn:castile:crm:v1"));
    assert_eq!(children[1].resolve_prefix("p"), Some("urn:p"));
    assert_eq!(children[1].resolve_prefix("q"), None);
    check_broken("<Customers><Customer><p:a/></Customer></Customers>", "0 1:23@11 NotWellFormed");
}

#[test]
fn a_record_knows_its_line_and_byte() {
    let text = "<Customers>\n<Customer/>é\u{10000}\n";
    let file = "<Customers>\n<!-- é\u{10000} --><Customer/>\n\n  <Customer/></Customers>".to_owned();
    let places = |file: &[u8]| {
        let mut reader = RecordReader::new(file, BatchLimits::default()).unwrap();
        let mut places = Vec::new();
        while let Some(record) = reader.next().unwrap() {
            places.push((record.line, record.byte_offset as usize));
        }
        places
    };
    let found = places(file.as_bytes());
    assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 4]);
    assert!(found.iter().all(|(_, offset)| file[*offset..].starts_with("<Customer/>")), "{found:?}");
    for unit in [u16::to_le_bytes, u16::to_be_bytes] {
        let wide = utf16(&file, unit);
        let record = utf16("<Customer/>", unit);
        let found = places(&wide);
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 4]);
        assert!(found.iter().all(|(_, offset)| wide[*offset..].starts_with(&record[2..])), "{found:?}");
    }
    check_broken(text, "1 2:12@23 TextOutsideRecords");
}

/// With its byte order mark.
fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(bytes).collect()
}

#[test]
fn encodings_are_those_of_messages() {
    let file = |encoding: &str| {
        format!(
            "<?xml version='1.0' encoding='{encoding}'?>\n<Customers><Customer>é\u{10000}</Customer></Customers>"
        )
    };
    let record = "<Customer>é\u{10000}</Customer>";
    for encoding in ["UTF-8", "UTF8", "utf8", "US-ASCII"] {
        check(file(encoding), &[record]);
    }
    check(format!("\u{FEFF}{}", file("UTF-8")), &[record]);
    check(utf16(&file("UTF-16"), u16::to_le_bytes), &[record]);
    check(utf16(&file("UTF-8"), u16::to_be_bytes), &[record]);
    check_broken(file("ISO-8859-1"), "0 1:1@0 EncodingNotSupported");
    check_broken(&utf16(&file("UTF-16"), u16::to_le_bytes)[2..], "0 1:1@0 EncodingNotSupported");
    check_broken([0, 0, 0xFE, 0xFF, 0, 0, 0, b'<'], "0 1:1@0 EncodingNotSupported");
    let latin = [b"<Customers>\n<Customer/><Customer>".as_slice(), b"\xE9</Customer></Customers>"].concat();
    check_broken(latin, "1 2:22@33 NotWellFormed");
}

#[test]
fn broken_utf_16_ends_the_reading_behind_the_records_before_it() {
    let mut file = utf16("<Customers><Customer/>", u16::to_le_bytes);
    file.extend(0xDC00_u16.to_le_bytes());
    check_broken(&file, "1 1:23@46 NotWellFormed");
    file.truncate(file.len() - 1);
    check_broken(&file, "1 1:23@46 NotWellFormed");
    file.truncate(file.len() - 1);
    file.extend(0xD800_u16.to_le_bytes());
    check_broken(&file, "1 1:23@46 NotWellFormed");
}

#[test]
fn b_6_the_records_before_the_broken_place_are_given() {
    let records = "<Customers>\n<Customer>1</Customer>\n<Customer>2</Customer>\n";
    check_broken(records, "2 4:1@58 NotWellFormed");
    check_broken(format!("{records}<Customer><a>3"), "2 4:15@72 NotWellFormed");
    check_broken(format!("{records}<Customer><a>3</b></Customer></Customers>"), "2 4:15@58 NotWellFormed");
    check_broken(format!("{records}<Customer><a></Customer><Customer/>"), "2 4:14@58 NotWellFormed");
    check_broken(format!("{records}<Customer>\n&nbsp;</Customer></Customers>"), "2 5:1@58 NotWellFormed");
    check_broken(format!("{records}<Customer a=1/></Customers>"), "2 4:13@58 NotWellFormed");
    check_broken(format!("{records}<Customer>\u{1}</Customer></Customers>"), "2 4:11@58 NotWellFormed");
    check_broken(format!("{records}</customers>"), "2 4:1@58 NotWellFormed");
    check_broken(format!("{records}<!-- -- --></Customers>"), "2 4:1@58 NotWellFormed");
    check_broken(format!("{records}<!-- "), "2 4:1@58 NotWellFormed");
    check_broken(format!("{records}<?xml version='1.0'?></Customers>"), "2 4:1@58 NotWellFormed");
    check_broken(format!("{records}</Customers><Customers/>"), "2 4:13@70 NotWellFormed");
    check_broken(format!("{records}</Customers>x"), "2 4:13@70 TextOutsideRecords");
    check_broken(format!("{records}x<Customer/></Customers>"), "2 4:1@58 TextOutsideRecords");
    check_broken(format!("{records}<![CDATA[ ]]></Customers>"), "2 4:1@58 TextOutsideRecords");
    check_broken("", "0 1:1@0 NotWellFormed");
    check_broken(" <?xml version='1.0'?><Customers/>", "0 1:2@1 NotWellFormed");
    check_broken("</Customers>", "0 1:1@0 NotWellFormed");
}

#[test]
fn b_6_a_document_type_is_refused_wherever_it_stands() {
    check_broken("<!DOCTYPE Customers [<!ENTITY a 'b'>]><Customers/>", "0 1:1@0 DtdNotAllowed");
    check_broken("<Customers><Customer/><!DOCTYPE a><Customer/></Customers>", "1 1:23@22 DtdNotAllowed");
    check_broken("<Customers><Customer><!DOCTYPE a></Customer></Customers>", "0 1:22@11 DtdNotAllowed");
}

#[test]
fn a_record_over_the_limit_is_told_with_its_place() {
    let record = |bytes: usize| format!("<Customer>{}</Customer>", "x".repeat(bytes - 21));
    check(format!("<Customers>{}</Customers>", record(400)), &[&record(400)]);
    let file = |record: String| format!("<Customers>\n<Customer/>{record}</Customers>");
    check_broken(file(record(401)), "1 2:12@23 LimitExceeded");
    check_broken(file(record(4_000)), "1 2:12@23 LimitExceeded");
    check_broken(file(format!("<a>{}</a>", "<b/>".repeat(100))), "1 2:12@23 LimitExceeded");
    check_broken(file(format!("<!--{}-->", "x".repeat(400))), "1 2:12@23 LimitExceeded");
    check_broken(format!("<Customers a='{}'/>", "x".repeat(400)), "0 1:1@0 LimitExceeded");
    let limits = BatchLimits { xml: Limits { depth_max: 3, ..Limits::default() }, ..BatchLimits::default() };
    let nested =
        "<Customers><Customer><a><b/></a></Customer><Customer><a><b><c/></b></a></Customer></Customers>";
    let (records, end) = read(nested.as_bytes(), limits);
    assert_eq!((records.len(), end.unwrap_err().kind), (1, BatchErrorKind::LimitExceeded));
}

#[test]
fn what_is_no_record_may_go_on_for_as_long_as_is_allowed() {
    let file = |bytes: usize| {
        format!("<Customers>{}<Customer/>{}</Customers>", " ".repeat(bytes), "<a/>".repeat(150))
    };
    assert_eq!(read(file(600).as_bytes(), small()).0.len(), 1);
    check_broken(file(601), "0 1:613@612 LimitExceeded");
    check_broken(format!("<Customers>{}</Customers>", "<!-- -->".repeat(76)), "0 1:620@619 LimitExceeded");
}

/// A pattern again and again, between a beginning and an end.
struct Repeated {
    piece: Vec<u8>,
    left: u64,
    at: usize,
}

fn repeated(head: &str, piece: &str, times: u64, end: &str) -> impl Read {
    let middle = Repeated { piece: piece.as_bytes().to_vec(), left: piece.len() as u64 * times, at: 0 };
    io::Cursor::new(head.as_bytes().to_vec()).chain(middle).chain(io::Cursor::new(end.as_bytes().to_vec()))
}

impl Read for Repeated {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = (buffer.len() as u64).min(self.left) as usize;
        for byte in &mut buffer[..bytes] {
            *byte = self.piece[self.at];
            self.at = (self.at + 1) % self.piece.len();
        }
        self.left -= bytes as u64;
        Ok(bytes)
    }
}

/// Reads all of a file; how much of it was held at most, and how the reading ended.
fn held(source: impl Read) -> (usize, u64, Result<(), BatchErrorKind>) {
    let mut reader = RecordReader::new(source, BatchLimits::default()).unwrap();
    let mut bytes_max = 0;
    loop {
        let outcome = reader.next();
        bytes_max = bytes_max.max(reader.held_bytes());
        match outcome {
            Ok(Some(_)) => {}
            Ok(None) => return (bytes_max, reader.records, Ok(())),
            Err(error) => return (bytes_max, reader.records, Err(error.kind)),
        }
    }
}

#[test]
fn b_5_memory_is_bounded_whatever_the_file() {
    const MIB: u64 = 1024 * 1024;
    let few = 512 * 1024;
    // Nothing but white space, up to the limit and beyond it.
    let (bytes, _, end) = held(repeated("<Customers>", " \n", 16 * MIB, "</Customers>"));
    assert!(bytes < few && end.is_ok(), "{bytes} {end:?}");
    let (bytes, _, end) = held(repeated("<Customers>", " \n", 40 * MIB, "</Customers>"));
    assert!(bytes < few && end == Err(BatchErrorKind::LimitExceeded), "{bytes} {end:?}");
    let text = held(repeated("<Customers>", "text", 16 * MIB, "</Customers>"));
    assert!(text.0 < few && text.2 == Err(BatchErrorKind::TextOutsideRecords), "{text:?}");
    // A record of 50 MB.
    let large = repeated("<Customers><Customer>", "0123456789", 5_000_000, "</Customer></Customers>");
    let (bytes, records, end) = held(large);
    assert!(bytes < 32 * MIB as usize, "{bytes}");
    assert_eq!((records, end), (0, Err(BatchErrorKind::LimitExceeded)));
    // Many records.
    let record = format!("<Customer>{}</Customer>\n", "x".repeat(500));
    let (bytes, records, end) = held(repeated("<Customers>", &record, 20_000, "</Customers>"));
    assert!(bytes < few, "{bytes}");
    assert_eq!((records, end), (20_000, Ok(())));
}

fn gzip(plain: impl Read) -> Vec<u8> {
    let mut plain = plain;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    io::copy(&mut plain, &mut encoder).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_packed_file_is_unpacked_whatever_its_name() {
    let packed = gzip("<Customers><Customer/>".as_bytes());
    let rest = gzip("<Customer>2</Customer></Customers>".as_bytes());
    check([packed.clone(), rest].concat(), &["<Customer/>", "<Customer>2</Customer>"]);
    check_broken(&packed, "1 1:23@22 NotWellFormed");
    check_broken(&packed[..packed.len() - 3], "1 1:23@22 PackingBroken");
    check_broken([packed.clone(), b"garbage".to_vec()].concat(), "1 1:23@22 PackingBroken");
    check_broken([&packed[..packed.len() - 8], &[0; 8]].concat(), "1 1:23@22 PackingBroken");
}

#[test]
fn a_gzip_bomb_is_refused_by_its_ratio_and_by_its_size() {
    let limits = BatchLimits { inflated_bytes_max: 3_000_000, ..BatchLimits::default() };
    let bomb = gzip(repeated("<Customers>", " ", 4_000_000, "</Customers>"));
    let (_, end) = read(bomb.as_slice(), BatchLimits { inflate_ratio_max: 2_000, ..limits.clone() });
    let error = end.unwrap_err();
    assert!(error.message.contains("inflated_bytes_max of 3000000"), "{error}");
    let (_, end) = read(bomb.as_slice(), limits);
    let error = end.unwrap_err();
    assert_eq!(error.kind, BatchErrorKind::LimitExceeded);
    assert!(error.message.contains("inflate_ratio_max of 200"), "{error}");
    assert!(error.byte_offset < 2 * BatchLimits::RATIO_FREE_BYTES, "{error}");
}

#[test]
fn a_source_that_fails_is_told_apart_from_a_broken_file() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let start = b"<Customers><Customer/>".as_slice();
    let packed = gzip(start);
    for (first, name) in [(start, "plain"), (&packed[..packed.len() - 9], "packed")] {
        let (records, end) = read(first.chain(Failing), BatchLimits::default());
        let error = end.unwrap_err();
        assert_eq!(error.kind, BatchErrorKind::NotRead, "{name}: {error}");
        // What the unpacking has not given yet is lost with it; reading again brings it.
        assert!(name == "packed" || records.len() == 1, "{name}");
        assert!(error.source.is_some_and(|source| source.to_string() == "the disk is gone"), "{name}");
    }
}

/// Some of the records in a file of failures.
fn failures(file: &[u8], chosen: impl Fn(u64) -> bool) -> Vec<u8> {
    let mut reader = RecordReader::new(file, BatchLimits::default()).unwrap();
    let mut writer = FailureWriter::new(Vec::new(), reader.root()).unwrap();
    while let Some(record) = reader.next().unwrap() {
        if chosen(record.index) {
            writer.write(record.bytes()).unwrap();
        }
    }
    writer.finish().unwrap()
}

#[test]
fn b_3_failures_are_a_valid_file_of_the_same_kind() {
    let head = "<c:Customers xmlns:c='urn:castile:crm:v1' xmlns:x='urn:x'\n a='1'>";
    let (first, second) = ("<c:Customer><x:a/></c:Customer>", "<c:Customer>\r\n é</c:Customer>");
    let file = format!("{head}{first}{second}</c:Customers>");
    let found = failures(&utf16(&file, u16::to_le_bytes), |index| index == 2);
    let expected = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{head}\n{second}\n</c:Customers>\n");
    assert_eq!(String::from_utf8(found.clone()).unwrap(), expected);
    check(found, &[second]);
    let nothing = failures(b"<Customers/>", |_| true);
    check(nothing, &[]);
}

#[test]
fn a_writer_tells_when_its_sink_fails() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let reader = RecordReader::new("<Customers/>".as_bytes(), BatchLimits::default()).unwrap();
    assert!(FailureWriter::new(Full, reader.root()).is_err());
}

/// Well-formed content, nested.
fn content() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[a-z é\u{10000}\r\n]{0,12}",
        Just("<![CDATA[<a>]] ></Customer>]]>".to_owned()),
        Just("<!-- </Customer> > -->".to_owned()),
        Just("<?p </Customers>?>".to_owned()),
        Just("&lt;&#233;".to_owned()),
        Just("<Customer a='>' b=\"'/>\"/>".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = prop_oneof![Just("a"), Just("Customer"), Just("Customers"), Just("p:a")];
        (name, prop::collection::vec(inner, 0..4))
            .prop_map(|(name, parts)| format!("<{name}>{}</{name}>", parts.concat()))
    })
}

fn gap() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[ \r\n\t]{0,6}",
        Just("<!-- <Customer/> -->".to_owned()),
        Just("<?x?>".to_owned()),
        Just("<Other><Customer/></Other>".to_owned()),
    ]
}

proptest! {
    #[test]
    fn b_3_splitting_and_joining_gives_the_same_records(
        parts in prop::collection::vec((gap(), content()), 0..8),
        step in 1_usize..40,
        wide in any::<bool>(),
    ) {
        let records: Vec<String> =
            parts.iter().map(|(_, content)| format!("<Customer Action='Add'>{content}</Customer>")).collect();
        let between = parts.iter().zip(&records).map(|((gap, _), record)| format!("{gap}{record}"));
        let file = format!("<Customers xmlns:p='urn:p'>{}</Customers>", between.collect::<String>());
        let bytes = if wide { utf16(&file, u16::to_be_bytes) } else { file.clone().into_bytes() };
        let (found, end) = read(Dribble(&bytes, step), BatchLimits::default());
        prop_assert!(end.is_ok(), "{end:?}");
        prop_assert_eq!(&found, &records);
        // The reader of whole messages finds the same.
        let document = Document::parse(file.as_bytes(), &Limits::default()).unwrap();
        let children = document.root().children().filter(|child| child.local() == "Customer");
        let whole: Vec<_> = children.map(|child| String::from_utf8(child.source().to_vec()).unwrap()).collect();
        prop_assert_eq!(&found, &whole);
        let (again, end) = read(failures(&bytes, |_| true).as_slice(), BatchLimits::default());
        prop_assert!(end.is_ok(), "{end:?}");
        prop_assert_eq!(again, records);
    }
}
