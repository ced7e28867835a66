//! The file of blocks: each appended and synced before anybody hears of it.
//!
//! Layout: magic (8 bytes), genesis hash (32), then records of length (u32), CRC-32C (u32), both
//! little-endian, and the block: SCALE of its header and its extrinsics.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use codec::{Decode, Encode};
use coretime_dev_runtime::{Hash, Header};

use crate::{chain::SealedBlock, config::StartError};

const MAGIC: &[u8; 8] = b"CTDEVBK1";
const FILE_HEADER_BYTES: usize = MAGIC.len() + 32;
const RECORD_HEADER_BYTES: usize = 8;

/// The blocks on disk, open for appending.
pub(crate) struct BlockFile {
    file: File,
    path: PathBuf,
    /// Where each block's record ends; the first is block 1's.
    ends: Vec<u64>,
}

impl BlockFile {
    /// Opens the file, or makes one, and reads its blocks. A last record that was cut short is removed.
    pub(crate) fn open(path: &Path, genesis: Hash) -> Result<(Self, Vec<SealedBlock>), StartError> {
        let failed = |action| move |source| StartError::File { action, path: path.to_owned(), source };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed("open"))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed("read"))?;
        // Shorter than its header means that the very first write was cut short.
        if bytes.len() < FILE_HEADER_BYTES {
            bytes = [&MAGIC[..], genesis.as_bytes()].concat();
            file.set_len(0)
                .and_then(|()| file.rewind())
                .and_then(|()| file.write_all(&bytes))
                .and_then(|()| file.sync_all())
                .map_err(failed("begin"))?;
        }
        let damaged = |offset: usize, reason: &str| StartError::Damaged {
            path: path.to_owned(),
            offset: offset as u64,
            reason: reason.to_owned(),
        };
        if bytes[..MAGIC.len()] != MAGIC[..] {
            return Err(damaged(0, "it is not a file of blocks"));
        }
        if bytes[MAGIC.len()..FILE_HEADER_BYTES] != genesis.0[..] {
            return Err(damaged(MAGIC.len(), "its blocks stand on another genesis"));
        }
        let (blocks, sound_bytes) = read_records(&bytes).map_err(|(at, why)| damaged(at, why))?;
        if sound_bytes < bytes.len() {
            let cut = bytes.len() - sound_bytes;
            tracing::warn!(path = %path.display(), bytes = cut, "cut a torn last block off");
            file.set_len(sound_bytes as u64).and_then(|()| file.sync_all()).map_err(failed("cut"))?;
        }
        file.seek(SeekFrom::End(0)).map_err(failed("read"))?;
        let mut file = Self { file, path: path.to_owned(), ends: Vec::new() };
        for block in &blocks {
            file.note(payload(block).len());
        }
        Ok((file, blocks))
    }

    fn note(&mut self, payload_bytes: usize) {
        let before = self.ends.last().copied().unwrap_or(FILE_HEADER_BYTES as u64);
        self.ends.push(before + (RECORD_HEADER_BYTES + payload_bytes) as u64);
    }

    /// Takes all blocks above this number off the file.
    pub(crate) fn keep(&mut self, number: u32) -> io::Result<()> {
        let kept = usize::try_from(number).map_err(io::Error::other)?;
        self.ends.truncate(kept);
        let bytes = self.ends.last().copied().unwrap_or(FILE_HEADER_BYTES as u64);
        self.file.set_len(bytes)?;
        self.file.seek(SeekFrom::End(0))?;
        self.file.sync_all()
    }

    /// Appends blocks and returns once they are on disk.
    pub(crate) fn append<'a>(&mut self, blocks: impl Iterator<Item = &'a SealedBlock>) -> io::Result<()> {
        let mut bytes = Vec::new();
        for block in blocks {
            let payload = payload(block);
            let length =
                u32::try_from(payload.len()).map_err(|_| io::Error::other("a block of more than 4 GiB"))?;
            bytes.extend_from_slice(&length.to_le_bytes());
            bytes.extend_from_slice(&crc32c::crc32c(&payload).to_le_bytes());
            bytes.extend_from_slice(&payload);
            self.note(payload.len());
        }
        self.file.write_all(&bytes)?;
        self.file.sync_data()
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

fn payload(block: &SealedBlock) -> Vec<u8> {
    (&block.header, &block.body).encode()
}

/// The blocks in a file's bytes, and how many of the bytes are sound. An unsound record is torn if nothing
/// stands after it, else the file is damaged there.
fn read_records(bytes: &[u8]) -> Result<(Vec<SealedBlock>, usize), (usize, &'static str)> {
    let mut blocks = Vec::new();
    let mut at = FILE_HEADER_BYTES;
    while at < bytes.len() {
        let rest = &bytes[at..];
        // A file system may have grown the file without writing into it.
        if rest.iter().all(|byte| *byte == 0) {
            break;
        }
        let Some((length, checksum)) = record_header(rest) else { break };
        let Some(payload) = rest.get(RECORD_HEADER_BYTES..RECORD_HEADER_BYTES + length) else {
            break;
        };
        let end = at + RECORD_HEADER_BYTES + length;
        if crc32c::crc32c(payload) != checksum {
            if end == bytes.len() {
                break;
            }
            return Err((at, "a block's checksum is wrong"));
        }
        let (header, body) = <(Header, Vec<Vec<u8>>)>::decode(&mut &payload[..])
            .map_err(|_| (at, "a record is not a block"))?;
        blocks.push(SealedBlock { hash: header.hash(), header, body });
        at = end;
    }
    Ok((blocks, at))
}

fn record_header(bytes: &[u8]) -> Option<(usize, u32)> {
    let length = u32::from_le_bytes(bytes.get(..4)?.try_into().ok()?);
    let checksum = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?);
    Some((usize::try_from(length).ok()?, checksum))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sp_runtime::traits::Header as _;

    fn block(number: u32) -> SealedBlock {
        let header = Header::new(number, Hash::zero(), Hash::zero(), Hash::zero(), Default::default());
        SealedBlock { hash: header.hash(), header, body: vec![vec![7; 100], vec![]] }
    }

    fn file_of(count: u32) -> (tempfile::TempDir, PathBuf, Vec<u8>) {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("blocks");
        let (mut file, found) = BlockFile::open(&path, Hash::zero()).expect("open");
        assert!(found.is_empty());
        for number in 1..=count {
            file.append([block(number)].iter()).expect("append");
        }
        let bytes = std::fs::read(&path).expect("read");
        (folder, path, bytes)
    }

    #[test]
    fn a_file_cut_at_any_byte_opens_with_the_whole_blocks_before_it() {
        let (_folder, path, bytes) = file_of(3);
        let record = (bytes.len() - FILE_HEADER_BYTES) / 3;
        for length in 0..=bytes.len() {
            std::fs::write(&path, &bytes[..length]).expect("write");
            let (_, found) = BlockFile::open(&path, Hash::zero()).expect("opens");
            assert_eq!(found.len(), length.saturating_sub(FILE_HEADER_BYTES) / record, "{length}");
        }
    }

    #[test]
    fn damage_before_the_last_block_is_refused_and_in_it_is_cut() {
        let (_folder, path, bytes) = file_of(2);
        let record = (bytes.len() - FILE_HEADER_BYTES) / 2;
        for (at, is_last) in [(FILE_HEADER_BYTES + 20, false), (bytes.len() - 1, true)] {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            std::fs::write(&path, &flipped).expect("write");
            match BlockFile::open(&path, Hash::zero()) {
                Ok((_, found)) => assert!(is_last && found.len() == 1),
                Err(StartError::Damaged { offset, .. }) => {
                    assert!(!is_last && offset == FILE_HEADER_BYTES as u64);
                }
                Err(other) => panic!("{other}"),
            }
        }
        let mut grown = bytes;
        grown.extend(vec![0; record]);
        std::fs::write(&path, &grown).expect("write");
        assert_eq!(BlockFile::open(&path, Hash::zero()).expect("opens").1.len(), 2);
    }
}
