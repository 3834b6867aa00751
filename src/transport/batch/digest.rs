//! The checksum that a caller sends along (RFC 9530): `Content-Digest` and `Repr-Digest`, `sha-256=:…:`.
//!
//! A file is sent as it is, so both mean the same. Other algorithms are passed over, as the RFC has it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::HeaderMap;

const HEADERS: [&str; 2] = ["content-digest", "repr-digest"];

/// The SHA-256 that the body must have, `None` if none was sent; the error is for a person.
pub(super) fn expected(headers: &HeaderMap) -> Result<Option<[u8; 32]>, &'static str> {
    let mut expected = None;
    for value in HEADERS.iter().flat_map(|name| headers.get_all(*name)) {
        let text = value.to_str().map_err(|_| FORM)?;
        for member in text.split(',') {
            let Some(digest) = member.trim().strip_prefix("sha-256=") else { continue };
            let digest = read(digest).ok_or(FORM)?;
            if expected.replace(digest).is_some_and(|before| before != digest) {
                return Err("two different sha-256 digests were sent");
            }
        }
    }
    Ok(expected)
}

const FORM: &str = "expected a digest as RFC 9530 has it: sha-256=:BASE64:";

fn read(digest: &str) -> Option<[u8; 32]> {
    // Parameters may follow; none is known.
    let value = digest.split(';').next()?.trim();
    let base64 = value.strip_prefix(':')?.strip_suffix(':')?;
    STANDARD.decode(base64).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digest of nothing.
    const EMPTY: &str = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";

    fn check(headers: &[(&'static str, &str)], expected: Result<bool, ()>) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let found = super::expected(&map).map(|digest| digest.is_some()).map_err(drop);
        assert_eq!(found, expected, "{headers:?}");
    }

    #[test]
    fn rfc_9530_a_digest_is_read_from_either_header() {
        let other = EMPTY.replace("47DE", "48DE");
        check(&[], Ok(false));
        check(&[("content-digest", EMPTY)], Ok(true));
        check(&[("repr-digest", &format!("md5=:AAAA:, {EMPTY};a=1"))], Ok(true));
        check(&[("content-digest", "sha-512=:AAAA:")], Ok(false));
        check(&[("content-digest", EMPTY), ("repr-digest", EMPTY)], Ok(true));
        check(&[("content-digest", EMPTY), ("repr-digest", &other)], Err(()));
        for broken in ["sha-256=47DE", "sha-256=::", "sha-256=:47DE:", "sha-256=:?:"] {
            check(&[("content-digest", broken)], Err(()));
        }
    }
}
