//! From text as written to text as meant: references, CDATA, line ends.
//!
//! Only what the pass has accepted comes here, so that nothing can fail; what cannot be decoded would be
//! left as it is.

use super::characters;

/// Appends character data: references decoded, CDATA unwrapped, comments and instructions left out, every
/// line end a line feed (XML 1.0, 2.11). `raw` must hold whole pieces and no elements.
pub(super) fn append_content(out: &mut String, raw: &str) {
    let mut rest = raw;
    while let Some(at) = memchr::memchr3(b'<', b'&', b'\r', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = match rest.as_bytes()[0] {
            b'&' => append_reference(out, rest),
            b'\r' => append_line_end(out, rest),
            _ => append_markup(out, rest),
        };
    }
    out.push_str(rest);
}

/// An attribute value: references decoded, white space as spaces (XML 1.0, 3.3.3).
pub(super) fn attribute_value(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'&' | b'\t' | b'\n' | b'\r')) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with('&') {
            rest = append_reference(&mut out, rest);
        } else {
            out.push(' ');
            rest = &rest[if rest.starts_with("\r\n") { 2 } else { 1 }..];
        }
    }
    out.push_str(rest);
    out
}

/// `rest` starts with `&`; what follows the reference.
fn append_reference<'t>(out: &mut String, rest: &'t str) -> &'t str {
    let end = memchr::memchr(b';', rest.as_bytes()).unwrap_or(rest.len() - 1);
    match characters::reference(&rest[1..end.max(1)]) {
        Some(character) => out.push(character),
        None => out.push_str(&rest[..=end]),
    }
    &rest[end + 1..]
}

fn append_line_end<'t>(out: &mut String, rest: &'t str) -> &'t str {
    out.push('\n');
    &rest[if rest.starts_with("\r\n") { 2 } else { 1 }..]
}

/// `rest` starts with `<`: CDATA, a comment or an instruction; what follows it.
fn append_markup<'t>(out: &mut String, rest: &'t str) -> &'t str {
    if let Some(data) = rest.strip_prefix("<![CDATA[") {
        let end = data.find("]]>").unwrap_or(data.len());
        append_line_ends(out, &data[..end]);
        return data.get(end + 3..).unwrap_or("");
    }
    let closing = if rest.starts_with("<!--") { "-->" } else { "?>" };
    // Behind `<!--` or `<?`, for `<!-->` closes nothing.
    let opening = if rest.starts_with("<!--") { 4 } else { 2 };
    match rest[opening..].find(closing) {
        Some(end) => &rest[opening + end + closing.len()..],
        None => "",
    }
}

fn append_line_ends(out: &mut String, data: &str) {
    let mut rest = data;
    while let Some(at) = memchr::memchr(b'\r', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = append_line_end(out, &rest[at..]);
    }
    out.push_str(rest);
}
