//! What stands in sled's trees, byte by byte. A stored format: change it only with a new encoding number,
//! and keep reading the old ones.
//!
//! An *address* is the key of a head in its tree and starts with a byte that no other tree uses, so that a
//! checksum over it tells when a value stands in the wrong place. All numbers are big-endian.
//!
//! ```text
//! address   record: collection u8, id          log row: 0xfe, commit u64, position u32
//!           number: 0xfd, name
//! head      encoding u8 = 1, version u64, crc32c u32, chunk count u32, rest
//!           rest: the body if there are no chunks, else its length u32 and its crc32c u32
//!           the crc32c covers address, encoding, version, chunk count, rest
//! chunk     key: address length u16, address, version u64, index u32
//!           value: encoding u8 = 1, crc32c u32 (over key, encoding, bytes), bytes
//! ```
//!
//! Deliberately absent: compression, and everything of sled.

use bytes::Bytes;
use smallvec::SmallVec;

use crate::store::{CommitNumber, Key, Record};

/// The only encoding there is so far.
const ENCODING: u8 = 1;
/// The first byte of a log row's address.
const LOG_TAG: u8 = 0xfe;
/// The first byte of a number's address.
const NUMBER_TAG: u8 = 0xfd;
/// The longest stored value: sled moves leaves that grow too large into files that it never syncs.
pub(super) const VALUE_BYTES_MAX: usize = 6_000;
const HEAD_BYTES: usize = 17;
const CHUNK_BYTES: usize = 5;
const INLINE_BODY_BYTES_MAX: usize = VALUE_BYTES_MAX - HEAD_BYTES;
const CHUNK_BODY_BYTES_MAX: usize = VALUE_BYTES_MAX - CHUNK_BYTES;

/// Why a value cannot be what was stored. The text names no customer data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Damage {
    #[error("the value is shorter than its head")]
    Short,
    #[error("the encoding is not one that this program knows")]
    Encoding,
    #[error("the checksum does not fit the value")]
    Checksum,
    #[error("a chunk is missing")]
    ChunkMissing,
    #[error("the chunks do not make up the body")]
    Chunks,
}

/// A head whose checksum has been checked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head<'a> {
    pub(super) version: CommitNumber,
    pub(super) body: HeadBody<'a>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum HeadBody<'a> {
    Inline(&'a [u8]),
    Chunked { count: u32, length: u32, crc: u32 },
}

/// The key of a record's head. Most are short, and are made for every read: they take no memory of their own.
pub(super) type Address = SmallVec<[u8; 64]>;

/// Where a record's head stands.
pub(super) fn record_address(key: &Key) -> Address {
    let mut address = Address::with_capacity(1 + key.id.len());
    address.push(key.collection.number());
    address.extend_from_slice(&key.id);
    address
}

/// Where a log row's head stands.
pub(super) fn log_address(commit: CommitNumber, position: u32) -> Vec<u8> {
    [&[LOG_TAG][..], &commit.to_be_bytes(), &position.to_be_bytes()].concat()
}

/// The commit and position that [`log_address`] was made of.
pub(super) fn log_position(address: &[u8]) -> Option<(CommitNumber, u32)> {
    let (tag, rest) = address.split_first()?;
    let (commit, position) = rest.split_first_chunk()?;
    let position = position.try_into().ok()?;
    (*tag == LOG_TAG).then_some((u64::from_be_bytes(*commit), u32::from_be_bytes(position)))
}

/// Is this the address of a log row?
pub(super) fn is_log_address(address: &[u8]) -> bool {
    address.first() == Some(&LOG_TAG)
}

/// Where a number (a counter, the newest commit) stands.
pub(super) fn number_address(name: &str) -> Vec<u8> {
    [&[NUMBER_TAG], name.as_bytes()].concat()
}

/// Writes `body` as it is stored: `chunk` is called for each chunk's key and value, the head is the answer.
pub(super) fn pack(
    address: &[u8],
    version: CommitNumber,
    body: &[u8],
    mut chunk: impl FnMut(Vec<u8>, Vec<u8>),
) -> Vec<u8> {
    if body.len() <= INLINE_BODY_BYTES_MAX {
        return pack_head(address, version, 0, body);
    }
    let mut count = 0;
    for bytes in body.chunks(CHUNK_BODY_BYTES_MAX) {
        let key = chunk_key(address, version, count);
        let value = pack_chunk(&key, bytes);
        chunk(key, value);
        count += 1;
    }
    // The port's limit on bodies is far below 4 GiB.
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    let rest = [length.to_be_bytes(), crc32c::crc32c(body).to_be_bytes()].concat();
    pack_head(address, version, count, &rest)
}

fn pack_head(address: &[u8], version: CommitNumber, count: u32, rest: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(HEAD_BYTES + rest.len());
    value.push(ENCODING);
    value.extend_from_slice(&version.to_be_bytes());
    value.extend_from_slice(&head_crc(address, version, count, rest).to_be_bytes());
    value.extend_from_slice(&count.to_be_bytes());
    value.extend_from_slice(rest);
    value
}

fn head_crc(address: &[u8], version: CommitNumber, count: u32, rest: &[u8]) -> u32 {
    let mut fixed = [ENCODING; 13];
    fixed[1..9].copy_from_slice(&version.to_be_bytes());
    fixed[9..].copy_from_slice(&count.to_be_bytes());
    let crc = crc32c::crc32c_append(crc32c::crc32c(address), &fixed);
    crc32c::crc32c_append(crc, rest)
}

/// Takes a head apart and checks it.
pub(super) fn unpack_head<'a>(address: &[u8], value: &'a [u8]) -> Result<Head<'a>, Damage> {
    let (encoding, rest) = value.split_first().ok_or(Damage::Short)?;
    if *encoding != ENCODING {
        return Err(Damage::Encoding);
    }
    let (version, rest) = rest.split_first_chunk().ok_or(Damage::Short)?;
    let (crc, rest) = rest.split_first_chunk().ok_or(Damage::Short)?;
    let (count, rest) = rest.split_first_chunk().ok_or(Damage::Short)?;
    let (version, count) = (u64::from_be_bytes(*version), u32::from_be_bytes(*count));
    if u32::from_be_bytes(*crc) != head_crc(address, version, count, rest) {
        return Err(Damage::Checksum);
    }
    Ok(Head { version, body: unpack_rest(count, rest)? })
}

fn unpack_rest(count: u32, rest: &[u8]) -> Result<HeadBody<'_>, Damage> {
    if count == 0 {
        return Ok(HeadBody::Inline(rest));
    }
    let (length, crc) = rest.split_first_chunk().ok_or(Damage::Short)?;
    let crc = crc.try_into().map_err(|_| Damage::Short)?;
    Ok(HeadBody::Chunked { count, length: u32::from_be_bytes(*length), crc: u32::from_be_bytes(crc) })
}

/// Where a chunk stands.
pub(super) fn chunk_key(address: &[u8], version: CommitNumber, index: u32) -> Vec<u8> {
    // The port's limit on keys is far below 64 KiB.
    let length = u16::try_from(address.len()).unwrap_or(u16::MAX);
    let mut key = Vec::with_capacity(2 + address.len() + 12);
    key.extend_from_slice(&length.to_be_bytes());
    key.extend_from_slice(address);
    key.extend_from_slice(&version.to_be_bytes());
    key.extend_from_slice(&index.to_be_bytes());
    key
}

/// The address, version and index that [`chunk_key`] was made of.
pub(super) fn chunk_owner(key: &[u8]) -> Option<(&[u8], CommitNumber, u32)> {
    let (length, rest) = key.split_first_chunk()?;
    let (address, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
    let (version, index) = rest.split_first_chunk()?;
    let index = index.try_into().ok()?;
    Some((address, u64::from_be_bytes(*version), u32::from_be_bytes(index)))
}

fn pack_chunk(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(CHUNK_BYTES + bytes.len());
    value.push(ENCODING);
    value.extend_from_slice(&chunk_crc(key, bytes).to_be_bytes());
    value.extend_from_slice(bytes);
    value
}

fn chunk_crc(key: &[u8], bytes: &[u8]) -> u32 {
    let crc = crc32c::crc32c_append(crc32c::crc32c(key), &[ENCODING]);
    crc32c::crc32c_append(crc, bytes)
}

/// The bytes of a chunk, checked.
pub(super) fn unpack_chunk<'a>(key: &[u8], value: &'a [u8]) -> Result<&'a [u8], Damage> {
    let (encoding, rest) = value.split_first().ok_or(Damage::Short)?;
    let (crc, bytes) = rest.split_first_chunk().ok_or(Damage::Short)?;
    if *encoding != ENCODING {
        return Err(Damage::Encoding);
    }
    if u32::from_be_bytes(*crc) != chunk_crc(key, bytes) {
        return Err(Damage::Checksum);
    }
    Ok(bytes)
}

/// Makes the record of a head, fetching its chunks by key where it has any. `E` is the fetcher's error.
pub(super) fn assemble<V: AsRef<[u8]>, E: From<Damage>>(
    address: &[u8],
    head: Head<'_>,
    mut fetch: impl FnMut(&[u8]) -> Result<Option<V>, E>,
) -> Result<Record, E> {
    let (count, length, crc) = match head.body {
        HeadBody::Inline(body) => {
            return Ok(Record { version: head.version, body: Bytes::copy_from_slice(body) });
        }
        HeadBody::Chunked { count, length, crc } => (count, length as usize, crc),
    };
    let mut body = Vec::with_capacity(length.min(count as usize * CHUNK_BODY_BYTES_MAX));
    for index in 0..count {
        let key = chunk_key(address, head.version, index);
        let value = fetch(&key)?.ok_or(Damage::ChunkMissing)?;
        body.extend_from_slice(unpack_chunk(&key, value.as_ref())?);
    }
    if body.len() != length || crc32c::crc32c(&body) != crc {
        return Err(Damage::Chunks.into());
    }
    Ok(Record { version: head.version, body: body.into() })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::store::{Collection, KEY_BYTES_MAX};

    type Chunks = BTreeMap<Vec<u8>, Vec<u8>>;

    fn packed(address: &[u8], version: CommitNumber, body: &[u8]) -> (Vec<u8>, Chunks) {
        let mut chunks = Chunks::new();
        let head = pack(address, version, body, |key, value| {
            chunks.insert(key, value);
        });
        (head, chunks)
    }

    fn unpacked(address: &[u8], head: &[u8], chunks: &Chunks) -> Result<Record, Damage> {
        assemble(address, unpack_head(address, head)?, |key| Ok::<_, Damage>(chunks.get(key)))
    }

    fn address() -> Address {
        record_address(&Key::numbered(Collection::Customer, &[42]))
    }

    #[test]
    fn bodies_of_every_length_come_back_and_no_value_is_too_long() {
        for length in [0, 1, 5_982, 5_983, 5_984, 5_995, 5_996, 11_990, 11_991, 70_000] {
            let body = vec![7; length];
            let (head, chunks) = packed(&address(), 9, &body);
            assert!(chunks.values().chain([&head]).all(|value| value.len() <= VALUE_BYTES_MAX));
            assert_eq!(chunks.is_empty(), length <= INLINE_BODY_BYTES_MAX, "{length}");
            let record = unpacked(&address(), &head, &chunks).expect("undamaged");
            assert!(record.version == 9 && record.body == body, "{length}");
        }
    }

    #[test]
    fn the_stored_format_of_a_small_record_is_fixed() {
        let (head, _) = packed(&address(), 0x0102, b"abc");
        assert_eq!(head[..9], [1, 0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(head[13..], *b"\0\0\0\0abc");
        let covered = [&address()[..], &[1, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0], b"abc"].concat();
        assert_eq!(head[9..13], crc32c::crc32c(&covered).to_be_bytes());
    }

    /// What layout 1 wrote, literally: it must stay readable whatever is added.
    #[test]
    fn fixtures_of_encoding_1_stay_readable() {
        let hex = |text: &str| -> Vec<u8> {
            let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal");
            (0..text.len()).step_by(2).map(digit).collect()
        };
        let small = hex(SMALL_HEAD);
        let record = unpacked(&address(), &small, &Chunks::new()).expect("readable");
        assert_eq!((record.version, &record.body[..]), (258, &b"abc"[..]));
        let (head, chunks) = packed(&address(), 258, &[0x5a; 6_100]);
        assert_eq!(head, hex(LONG_HEAD));
        let heads: Vec<Vec<u8>> =
            chunks.iter().map(|(key, value)| [&key[..], &value[..5]].concat()).collect();
        assert_eq!(heads, [hex(FIRST_CHUNK), hex(SECOND_CHUNK)]);
    }

    const SMALL_HEAD: &str = "010000000000000102671bd9f700000000616263";
    const LONG_HEAD: &str = "010000000000000102a222ed4f00000002000017d4fc420c8b";
    const FIRST_CHUNK: &str = "000901000000000000002a00000000000001020000000001c36ddffb";
    const SECOND_CHUNK: &str = "000901000000000000002a00000000000001020000000101e3e4ba88";

    #[test]
    fn every_flipped_bit_of_a_head_is_noticed() {
        let (head, chunks) = packed(&address(), 3, &[1; 40]);
        for bit in 0..head.len() * 8 {
            let mut damaged = head.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(unpacked(&address(), &damaged, &chunks).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn every_shortening_of_a_head_is_noticed() {
        for body in [&[1; 40][..], &[1; 7_000]] {
            let (head, chunks) = packed(&address(), 3, body);
            for length in 0..head.len() {
                assert!(unpacked(&address(), &head[..length], &chunks).is_err(), "{length} bytes");
            }
        }
    }

    #[test]
    fn a_value_in_the_wrong_place_is_noticed() {
        let (head, chunks) = packed(&address(), 3, b"mine");
        let other = record_address(&Key::numbered(Collection::Customer, &[43]));
        assert_eq!(unpacked(&other, &head, &chunks), Err(Damage::Checksum));
    }

    #[test]
    fn missing_damaged_and_foreign_chunks_are_noticed() {
        let (head, chunks) = packed(&address(), 3, &[1; 20_000]);
        for key in chunks.keys() {
            let mut damaged = chunks.clone();
            damaged.remove(key);
            assert_eq!(unpacked(&address(), &head, &damaged), Err(Damage::ChunkMissing));
            let mut damaged = chunks.clone();
            damaged.entry(key.clone()).and_modify(|value| value[100] ^= 1);
            assert_eq!(unpacked(&address(), &head, &damaged), Err(Damage::Checksum));
            let mut damaged = chunks.clone();
            damaged.insert(key.clone(), pack_chunk(key, b"short"));
            assert_eq!(unpacked(&address(), &head, &damaged), Err(Damage::Chunks));
        }
    }

    #[test]
    fn keys_are_taken_apart_as_they_were_made() {
        let address = record_address(&Key::new(Collection::Reference, vec![0xff; KEY_BYTES_MAX]));
        assert_eq!(chunk_owner(&chunk_key(&address, 5, 6)), Some((&address[..], 5, 6)));
        assert_eq!(log_position(&log_address(5, 6)), Some((5, 6)));
        for length in 0..10 {
            assert_eq!(chunk_owner(&chunk_key(&address, 5, 6)[..length]), None);
            assert_eq!(log_position(&log_address(5, 6)[..length]), None);
        }
    }
}
