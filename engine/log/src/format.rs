//! The bytes of headers and records. The crate's front page is the specification.

use crate::{ChainHash, Commitment, Damage, OutputsHash};
use coretime_types::Sequence;

/// The format that this program writes, and the only one that it reads.
pub const FORMAT_VERSION: u32 = 3;
/// The largest command that a record holds, in bytes of SCALE.
pub const MAX_PAYLOAD_BYTES: usize = 4 << 20;

/// No command follows in a group whose commands take so many bytes: bounds what a reader must hold of one.
pub(crate) const GROUP_BYTES: usize = 1 << 20;
pub(crate) const HEADER_BYTES: usize = 64;
pub(crate) const PREFIX_BYTES: usize = 8;
pub(crate) const FIXED_BODY_BYTES: usize = 17;
pub(crate) const SUFFIX_BYTES: usize = 5;
/// A seal has no payload.
pub(crate) const SEAL_BYTES: usize = PREFIX_BYTES + FIXED_BODY_BYTES + SUFFIX_BYTES;
/// A commitment's payload is a hash.
pub(crate) const COMMITMENT_BYTES: usize = SEAL_BYTES + 32;

const MAGIC: [u8; 8] = *b"CTXLOG\r\n";
const END_MARK: u8 = 0xA5;
const KIND_COMMAND: u8 = 1;
const KIND_SEAL: u8 = 2;
const KIND_COMMITMENT: u8 = 3;

/// What a segment begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) first: Sequence,
    pub(crate) chain_before: ChainHash,
}

/// Why a header cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum HeaderError {
    Damaged(Damage),
    OtherVersion(u32),
}

impl Header {
    pub(crate) fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
        bytes[12..20].copy_from_slice(&self.first.0.to_le_bytes());
        bytes[20..52].copy_from_slice(&self.chain_before.0);
        let checksum = crc32c::crc32c(&bytes[..60]);
        bytes[60..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8; HEADER_BYTES]) -> Result<Header, HeaderError> {
        if bytes[..8] != MAGIC {
            return Err(HeaderError::Damaged(Damage::WrongMagic));
        }
        if crc32c::crc32c(&bytes[..60]).to_le_bytes() != bytes[60..] {
            return Err(HeaderError::Damaged(Damage::HeaderChecksum));
        }
        let version = u32::from_le_bytes(array(&bytes[8..12]));
        if version != FORMAT_VERSION {
            return Err(HeaderError::OtherVersion(version));
        }
        Ok(Header {
            first: Sequence(u64::from_le_bytes(array(&bytes[12..20]))),
            chain_before: ChainHash(array(&bytes[20..52])),
        })
    }
}

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Command,
    Seal,
    Commitment,
}

/// What a record says, apart from its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Body {
    pub(crate) kind: Kind,
    pub(crate) sequence: Sequence,
    pub(crate) time_ms: u64,
}

/// Appends a whole record; `payload` appends the payload. Where that is too large, nothing is appended and its size
/// comes back.
pub(crate) fn append_record(
    buffer: &mut Vec<u8>,
    body: Body,
    payload: impl FnOnce(&mut Vec<u8>),
) -> Result<(), usize> {
    let start = buffer.len();
    append_open_record(buffer, body, payload)?;
    add_checksums(&mut buffer[start..]);
    Ok(())
}

/// As [`append_record`], but leaves out the checksums: what was just written is read back faster a little later.
pub(crate) fn append_open_record(
    buffer: &mut Vec<u8>,
    body: Body,
    payload: impl FnOnce(&mut Vec<u8>),
) -> Result<(), usize> {
    let start = buffer.len();
    buffer.extend_from_slice(&[0; PREFIX_BYTES]);
    buffer.push(match body.kind {
        Kind::Command => KIND_COMMAND,
        Kind::Seal => KIND_SEAL,
        Kind::Commitment => KIND_COMMITMENT,
    });
    buffer.extend_from_slice(&body.sequence.0.to_le_bytes());
    buffer.extend_from_slice(&body.time_ms.to_le_bytes());
    payload(buffer);

    let body_bytes = buffer.len() - start - PREFIX_BYTES;
    let payload_bytes = body_bytes - FIXED_BODY_BYTES;
    let length = match u32::try_from(body_bytes) {
        Ok(length) if payload_bytes <= MAX_PAYLOAD_BYTES => length.to_le_bytes(),
        _ => {
            buffer.truncate(start);
            return Err(payload_bytes);
        }
    };
    buffer[start..start + 4].copy_from_slice(&length);
    buffer.extend_from_slice(&[0, 0, 0, 0, END_MARK]);
    Ok(())
}

/// Adds the checksums to open records, which follow each other without gaps.
pub(crate) fn add_checksums(mut records: &mut [u8]) {
    // Neighbours are often equally long.
    let (mut length, mut length_checksum) = ([0; 4], crc32c::crc32c(&[0; 4]));
    while let Some((prefix, _)) = records.split_first_chunk_mut::<PREFIX_BYTES>() {
        let found: [u8; 4] = array(&prefix[..4]);
        if found != length {
            (length, length_checksum) = (found, crc32c::crc32c(&found));
        }
        prefix[4..].copy_from_slice(&length_checksum.to_le_bytes());
        let covered = PREFIX_BYTES + u32::from_le_bytes(length) as usize;
        let (record, following) = records.split_at_mut(covered + SUFFIX_BYTES);
        let checksum = crc32c::crc32c(&record[..covered]);
        record[covered..covered + 4].copy_from_slice(&checksum.to_le_bytes());
        records = following;
    }
}

/// The seal that ends a segment before the command `next`.
pub(crate) fn seal(next: Sequence) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(SEAL_BYTES);
    let body = Body { kind: Kind::Seal, sequence: next, time_ms: 0 };
    // Without a payload it cannot be too large.
    let _ = append_record(&mut bytes, body, |_| {});
    bytes
}

/// Appends a commitment, without checksums.
pub(crate) fn append_open_commitment(buffer: &mut Vec<u8>, commitment: Commitment) {
    let body = Body { kind: Kind::Commitment, sequence: commitment.sequence, time_ms: 0 };
    // A hash cannot be too large.
    let _ = append_open_record(buffer, body, |buffer| buffer.extend_from_slice(&commitment.outputs.0));
}

/// The hash in a commitment's payload, whose length [`parse_record`] has checked.
pub(crate) fn outputs_hash(payload: &[u8]) -> Option<OutputsHash> {
    payload.try_into().ok().map(OutputsHash)
}

/// The body's length, from a record's first eight bytes.
pub(crate) fn body_bytes(prefix: &[u8; PREFIX_BYTES]) -> Result<usize, Damage> {
    let length: [u8; 4] = array(&prefix[..4]);
    if crc32c::crc32c(&length).to_le_bytes() != prefix[4..] {
        return Err(Damage::LengthChecksum);
    }
    let found = u32::from_le_bytes(length);
    usize::try_from(found)
        .ok()
        .filter(|bytes| (FIXED_BODY_BYTES..=FIXED_BODY_BYTES + MAX_PAYLOAD_BYTES).contains(bytes))
        .ok_or(Damage::ImpossibleLength { found })
}

/// The body and payload of a complete record, whose length [`body_bytes`] has checked.
pub(crate) fn parse_record(record: &[u8]) -> Result<(Body, &[u8]), Damage> {
    let Some((rest, [end_mark])) = record.split_last_chunk::<1>() else { return Err(Damage::CutShort) };
    if *end_mark != END_MARK {
        return Err(Damage::WrongEndMark { found: *end_mark });
    }
    let Some((covered, checksum)) = rest.split_last_chunk::<4>() else { return Err(Damage::CutShort) };
    if crc32c::crc32c(covered).to_le_bytes() != *checksum {
        return Err(Damage::RecordChecksum);
    }
    let Some((fixed, payload)) =
        covered.get(PREFIX_BYTES..).and_then(|body| body.split_first_chunk::<FIXED_BODY_BYTES>())
    else {
        return Err(Damage::CutShort);
    };
    let kind = match fixed[0] {
        KIND_COMMAND => Kind::Command,
        KIND_SEAL if payload.is_empty() => Kind::Seal,
        KIND_COMMITMENT if payload.len() == 32 => Kind::Commitment,
        found => return Err(Damage::UnknownKind { found }),
    };
    let sequence = Sequence(u64::from_le_bytes(array(&fixed[1..9])));
    let time_ms = u64::from_le_bytes(array(&fixed[9..17]));
    Ok((Body { kind, sequence, time_ms }, payload))
}

/// A fixed piece of a slice that has exactly this length.
fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(bytes);
    array
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_bytes_are_those_of_the_specification() {
        let mut bytes = Vec::new();
        let body = Body { kind: Kind::Command, sequence: Sequence(0x0102), time_ms: 0x0304 };
        append_record(&mut bytes, body, |buffer| buffer.extend_from_slice(b"xyz")).unwrap();
        let mut expected = vec![20, 0, 0, 0];
        expected.extend(crc32c::crc32c(&[20, 0, 0, 0]).to_le_bytes());
        expected.extend([1, 2, 1, 0, 0, 0, 0, 0, 0, 4, 3, 0, 0, 0, 0, 0, 0]);
        expected.extend(b"xyz");
        expected.extend(crc32c::crc32c(&expected).to_le_bytes());
        expected.push(0xA5);
        assert_eq!(bytes, expected);
        assert_eq!(bytes.len(), 30 + 3);
        assert_eq!(parse_record(&bytes), Ok((body, &b"xyz"[..])));
        // CRC32C's own check value: which polynomial it is.
        assert_eq!(crc32c::crc32c(b"123456789"), 0xE306_9283);
    }

    #[test]
    fn a_seal_is_a_record_without_payload() {
        let bytes = seal(Sequence(7));
        assert_eq!(bytes.len(), SEAL_BYTES);
        let (body, payload) = parse_record(&bytes).unwrap();
        assert_eq!(body, Body { kind: Kind::Seal, sequence: Sequence(7), time_ms: 0 });
        assert!(payload.is_empty());
    }

    #[test]
    fn a_commitment_is_a_record_with_a_hash() {
        let mut bytes = Vec::new();
        let commitment = Commitment { sequence: Sequence(7), outputs: OutputsHash([9; 32]) };
        append_open_commitment(&mut bytes, commitment);
        add_checksums(&mut bytes);
        assert_eq!(bytes.len(), COMMITMENT_BYTES);
        let (body, payload) = parse_record(&bytes).unwrap();
        assert_eq!(body, Body { kind: Kind::Commitment, sequence: Sequence(7), time_ms: 0 });
        assert_eq!(outputs_hash(payload), Some(commitment.outputs));
    }

    #[test]
    fn checksums_can_be_added_later() {
        let (mut at_once, mut later) = (Vec::new(), Vec::new());
        for (sequence, payload) in (1..).zip([&b"xyz"[..], b"abc", b"", b"a longer one", b"abc"]) {
            let body = Body { kind: Kind::Command, sequence: Sequence(sequence), time_ms: 5 };
            append_record(&mut at_once, body, |buffer| buffer.extend_from_slice(payload)).unwrap();
            append_open_record(&mut later, body, |buffer| buffer.extend_from_slice(payload)).unwrap();
        }
        assert_ne!(at_once, later);
        add_checksums(&mut later);
        assert_eq!(at_once, later);
    }

    #[test]
    fn a_payload_beyond_the_bound_leaves_the_buffer_alone() {
        let mut bytes = vec![9];
        let body = Body { kind: Kind::Command, sequence: Sequence(1), time_ms: 0 };
        let too_large = MAX_PAYLOAD_BYTES + 1;
        let result = append_record(&mut bytes, body, |buffer| buffer.resize(buffer.len() + too_large, 0));
        assert_eq!(result, Err(too_large));
        assert_eq!(bytes, [9]);
    }

    #[test]
    fn a_header_of_another_version_is_told_from_a_damaged_one() {
        let header = Header { first: Sequence(9), chain_before: ChainHash([7; 32]) };
        assert_eq!(Header::from_bytes(&header.to_bytes()), Ok(header));
        for version in [1, 2, 4] {
            let mut bytes = header.to_bytes();
            bytes[8] = version;
            assert_eq!(Header::from_bytes(&bytes), Err(HeaderError::Damaged(Damage::HeaderChecksum)));
            let checksum = crc32c::crc32c(&bytes[..60]);
            bytes[60..].copy_from_slice(&checksum.to_le_bytes());
            assert_eq!(Header::from_bytes(&bytes), Err(HeaderError::OtherVersion(version.into())));
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse_record(&bytes);
            if let Some((prefix, _)) = bytes.split_first_chunk::<PREFIX_BYTES>() {
                let _ = body_bytes(prefix);
            }
            if let Some((header, _)) = bytes.split_first_chunk::<HEADER_BYTES>() {
                let _ = Header::from_bytes(header);
            }
        }
    }
}
