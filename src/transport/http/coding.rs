//! Content codings: the body of a request is unpacked under limits, that of an answer packed for a caller who asks.
//!
//! Known are gzip (also called x-gzip) and deflate, one of them at a time: a coding within a coding is refused, so that no
//! few bytes can stand for any number of others. What comes out is bounded twice, by the size of a message and by a
//! multiple of what was sent. Deliberately absent: br and zstd, several gzip members in a row, and packing of streamed answers.

use std::io::Read;

use bytes::Bytes;
use flate2::Compression;
use flate2::bufread::{DeflateDecoder, GzDecoder, GzEncoder, ZlibDecoder};
use hyper::header::{ACCEPT_ENCODING, CONTENT_ENCODING, ETAG, GetAll, HeaderMap, HeaderValue, VARY};
use hyper::{Method, StatusCode};

use super::{Body, Head, HttpLimits, Refusal, Response};

/// What a caller may pack with: the Accept-Encoding of a 415.
pub(super) const ACCEPTED: &str = "gzip, deflate";
/// Below this size the ratio says nothing: a page of white space packs as well as a bomb.
const RATIO_FREE_BYTES: u64 = 64 * 1024;
/// Room that an unpacked body starts with, in multiples of the packed one; what XML commonly comes to.
const ROOM_RATIO: usize = 6;

/// How a body was packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    Deflate,
}

/// How the body of a request is packed, `None` if it is not.
pub(super) fn of_request(headers: &HeaderMap) -> Result<Option<Coding>, Refusal> {
    let mut coding = None;
    for name in words(headers.get_all(CONTENT_ENCODING)) {
        let known = match () {
            () if name.eq_ignore_ascii_case("identity") => continue,
            () if is_gzip(name) => Coding::Gzip,
            () if name.eq_ignore_ascii_case("deflate") => Coding::Deflate,
            () => return Err(Refusal::UnknownCoding),
        };
        if coding.replace(known).is_some() {
            return Err(Refusal::UnknownCoding);
        }
    }
    Ok(coding)
}

/// Unpacks a whole body; refuses one that comes to more than a message may have, or to too many times what was sent.
pub(super) fn unpack(coding: Coding, packed: &[u8], limits: &HttpLimits) -> Result<Vec<u8>, Refusal> {
    let ratio_max = limits.inflate_ratio_max;
    let bytes_by_ratio = (packed.len() as u64).saturating_mul(ratio_max).max(RATIO_FREE_BYTES);
    let limit_bytes = limits.message_bytes_max;
    let bytes_max = limit_bytes.min(bytes_by_ratio);
    let mut body = Vec::with_capacity(packed.len().saturating_mul(ROOM_RATIO).min(RATIO_FREE_BYTES as usize));
    let rest = match coding {
        Coding::Gzip => read_up_to(GzDecoder::new(packed), bytes_max, &mut body)?.into_inner(),
        Coding::Deflate if has_zlib_head(packed) => {
            read_up_to(ZlibDecoder::new(packed), bytes_max, &mut body)?.into_inner()
        }
        Coding::Deflate => read_up_to(DeflateDecoder::new(packed), bytes_max, &mut body)?.into_inner(),
    };
    match body.len() as u64 {
        bytes if bytes > limit_bytes => Err(Refusal::TooLarge { limit_bytes }),
        bytes if bytes > bytes_max => Err(Refusal::InflatesTooFar { ratio_max }),
        _ if !rest.is_empty() => Err(Refusal::CodingBroken),
        _ => Ok(body),
    }
}

/// One byte more than allowed tells that there is more; what follows it is never unpacked.
fn read_up_to<R: Read>(decoder: R, bytes_max: u64, body: &mut Vec<u8>) -> Result<R, Refusal> {
    let mut bounded = decoder.take(bytes_max.saturating_add(1));
    bounded.read_to_end(body).map_err(|_| Refusal::CodingBroken)?;
    Ok(bounded.into_inner())
}

/// `deflate` means the zlib format (RFC 9110, 8.4.1.2), but some send the bare one, which never starts so.
fn has_zlib_head(packed: &[u8]) -> bool {
    matches!(packed, [method, flags, ..] if method & 0x0F == 8 && u16::from_be_bytes([*method, *flags]) % 31 == 0)
}

/// Packs an answer that is there as a whole and large enough, if the caller accepts it.
pub(super) fn pack(head: &Head, mut response: Response, limits: &HttpLimits) -> Response {
    let large = |bytes: &&Bytes| bytes.len() as u64 >= limits.gzip_answer_bytes_min;
    let Some(whole) = response.body().whole().filter(large) else { return response };
    let wanted = accepts_gzip(&head.headers);
    // Only answers to these may be kept by somebody who hands them to others.
    let kept = matches!(head.method, Method::GET | Method::HEAD) && response.status() == StatusCode::OK;
    let packed = if wanted { gzip(whole) } else { None };
    let headers = response.headers_mut();
    if kept || wanted {
        headers.append(VARY, HeaderValue::from_static("Accept-Encoding"));
    }
    let Some(packed) = packed else { return response };
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    weaken_etag(headers);
    *response.body_mut() = Body::from(packed);
    response
}

/// Two texts of the same meaning can't share a strong tag (RFC 9110, 8.8.3.3).
fn weaken_etag(headers: &mut HeaderMap) {
    let strong = headers.get(ETAG).and_then(|etag| etag.to_str().ok()).filter(|etag| etag.starts_with('"'));
    if let Some(Ok(weak)) = strong.map(|etag| HeaderValue::from_str(&format!("W/{etag}"))) {
        headers.insert(ETAG, weak);
    }
}

/// `None` would be a failure of memory alone; the answer then goes out as it is.
fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut packed = Vec::with_capacity(bytes.len() / 4);
    GzEncoder::new(bytes, Compression::fast()).read_to_end(&mut packed).ok()?;
    Some(packed)
}

/// Does Accept-Encoding name gzip, or everything, with a weight over 0?
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let mut any = false;
    for word in words(headers.get_all(ACCEPT_ENCODING)) {
        let (name, parameters) = word.split_once(';').unwrap_or((word, ""));
        match name.trim() {
            name if is_gzip(name) => return has_weight(parameters),
            "*" => any = has_weight(parameters),
            _ => {}
        }
    }
    any
}

/// A weight that can't be read counts as none, which is 1.
fn has_weight(parameters: &str) -> bool {
    let weight = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| value.trim().parse::<f32>().ok())?
    });
    weight.is_none_or(|weight| weight > 0.0)
}

fn is_gzip(name: &str) -> bool {
    name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip")
}

/// The members of a list that may stand in several headers. What is no text is a member of no known name.
fn words<'h>(values: GetAll<'h, HeaderValue>) -> impl Iterator<Item = &'h str> {
    let texts = values.into_iter().map(|value| value.to_str().unwrap_or("?"));
    texts.flat_map(|text| text.split(',')).map(str::trim).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: hyper::header::HeaderName, values: &[&str]) -> HeaderMap {
        let value = |value: &&str| (name.clone(), HeaderValue::from_bytes(value.as_bytes()).unwrap());
        HeaderMap::from_iter(values.iter().map(value))
    }

    #[test]
    fn one_known_content_encoding_is_taken() {
        let check = |values: &[&str], expected: Result<Option<Coding>, Refusal>| {
            assert_eq!(of_request(&headers(CONTENT_ENCODING, values)), expected, "{values:?}");
        };
        check(&[], Ok(None));
        check(&["identity"], Ok(None));
        check(&[""], Ok(None));
        check(&["gzip"], Ok(Some(Coding::Gzip)));
        check(&["X-GZIP"], Ok(Some(Coding::Gzip)));
        check(&[" Deflate , identity"], Ok(Some(Coding::Deflate)));
        check(&["gzip, gzip"], Err(Refusal::UnknownCoding));
        check(&["deflate", "gzip"], Err(Refusal::UnknownCoding));
        check(&["br"], Err(Refusal::UnknownCoding));
        check(&["gzip;q=1"], Err(Refusal::UnknownCoding));
        check(&["gz\u{e9}ip"], Err(Refusal::UnknownCoding));
    }

    #[test]
    fn gzip_is_sent_to_those_who_accept_it() {
        let check = |values: &[&str], expected: bool| {
            assert_eq!(accepts_gzip(&headers(ACCEPT_ENCODING, values)), expected, "{values:?}");
        };
        check(&[], false);
        check(&["gzip"], true);
        check(&["deflate, x-gzip;q=0.5"], true);
        check(&["br", "gzip"], true);
        check(&["*"], true);
        check(&["*;q=0"], false);
        check(&["gzip;q=0, *"], false);
        check(&["*, gzip; Q = 0.000"], false);
        check(&["identity"], false);
        check(&["gzip;q=much"], true);
    }

    #[test]
    fn what_is_cut_off_or_followed_by_more_is_broken() {
        let limits = HttpLimits::from(&crate::config::Limits::default());
        let packed = gzip(b"a message").unwrap();
        assert_eq!(unpack(Coding::Gzip, &packed, &limits), Ok(b"a message".to_vec()));
        for length in 0..packed.len() {
            let outcome = unpack(Coding::Gzip, &packed[..length], &limits);
            assert_eq!(outcome, Err(Refusal::CodingBroken), "{length} of {} bytes", packed.len());
        }
        let more = [&packed[..], b"\0"].concat();
        assert_eq!(unpack(Coding::Gzip, &more, &limits), Err(Refusal::CodingBroken));
        let twice = packed.repeat(2);
        assert_eq!(unpack(Coding::Gzip, &twice, &limits), Err(Refusal::CodingBroken));
        assert_eq!(unpack(Coding::Deflate, &packed, &limits), Err(Refusal::CodingBroken));
        assert_eq!(unpack(Coding::Gzip, b"<a/>", &limits), Err(Refusal::CodingBroken));
    }

    /// Size of the content, of its packed form (out of `packed_kib` KiB of noise), and what is refused.
    fn check_size(content: &[u8], change: impl FnOnce(&mut HttpLimits), expected: Result<(), Refusal>) {
        let mut limits = HttpLimits::from(&crate::config::Limits::default());
        change(&mut limits);
        let outcome = unpack(Coding::Gzip, &gzip(content).unwrap(), &limits);
        assert_eq!(outcome.map(|body| assert!(body == content)), expected);
    }

    #[test]
    fn size_and_ratio_are_capped_at_their_edges() {
        let limit_bytes = 1_000;
        check_size(&[b'x'; 1_000], |limits| limits.message_bytes_max = limit_bytes, Ok(()));
        let too_large = Err(Refusal::TooLarge { limit_bytes });
        check_size(&[b'x'; 1_001], |limits| limits.message_bytes_max = limit_bytes, too_large);
        let free = vec![b'x'; RATIO_FREE_BYTES as usize];
        check_size(&free, |limits| limits.inflate_ratio_max = 1, Ok(()));
        let bomb = vec![b'x'; RATIO_FREE_BYTES as usize + 1];
        let too_far = Err(Refusal::InflatesTooFar { ratio_max: 1 });
        check_size(&bomb, |limits| limits.inflate_ratio_max = 1, too_far);
        check_size(&bomb, |limits| limits.inflate_ratio_max = 2_000, Ok(()));
    }
}
