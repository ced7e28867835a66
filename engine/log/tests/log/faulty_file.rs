//! A segment's file that fails as disks do, at a chosen operation.

use coretime_log::SegmentFile;
use std::{
    cell::Cell,
    fs::File,
    io::{self, Seek, Write},
};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A write fails after so many bytes.
    Write { errno: i32, after_bytes: usize },
    /// A sync fails; what was written since the last one is there all the same, or lost, as the kernel pleases.
    Sync { errno: i32, loses: bool },
    /// Room cannot be made.
    Allocate { errno: i32 },
}

thread_local! {
    /// The operations of each kind still to come before the fault, on this thread's files.
    static PLAN: Cell<Option<(Fault, u32)>> = const { Cell::new(None) };
    static HAPPENED: Cell<bool> = const { Cell::new(false) };
}

/// From now on the operation after so many others of its kind fails, once: what comes later works again.
pub(crate) fn plan(fault: Fault, after: u32) {
    PLAN.set(Some((fault, after)));
    HAPPENED.set(false);
}

/// Whether it has failed.
pub(crate) fn happened() -> bool {
    HAPPENED.get()
}

#[derive(Debug)]
struct FaultyFile {
    file: File,
    /// How long the file was when it was last synced.
    synced_bytes: u64,
}

pub(crate) fn faulty(mut file: File) -> Box<dyn SegmentFile> {
    let synced_bytes = file.stream_position().unwrap();
    Box::new(FaultyFile { file, synced_bytes })
}

/// The fault, if it is due now.
fn due(is_of_kind: fn(Fault) -> bool) -> Option<Fault> {
    let (fault, after) = PLAN.get()?;
    if !is_of_kind(fault) {
        return None;
    }
    PLAN.set(after.checked_sub(1).map(|after| (fault, after)));
    HAPPENED.set(after == 0);
    (after == 0).then_some(fault)
}

impl SegmentFile for FaultyFile {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match due(|fault| matches!(fault, Fault::Write { .. })) {
            Some(Fault::Write { errno, after_bytes }) => {
                Write::write_all(&mut self.file, &bytes[..after_bytes.min(bytes.len())])?;
                Err(io::Error::from_raw_os_error(errno))
            }
            _ => Write::write_all(&mut self.file, bytes),
        }
    }

    fn sync_data(&mut self) -> io::Result<()> {
        let written_bytes = self.file.stream_position()?;
        match due(|fault| matches!(fault, Fault::Sync { .. })) {
            Some(Fault::Sync { errno, loses }) => {
                if loses {
                    self.file.set_len(self.synced_bytes)?;
                }
                Err(io::Error::from_raw_os_error(errno))
            }
            _ => {
                self.synced_bytes = written_bytes;
                Ok(())
            }
        }
    }

    fn allocate(&mut self, bytes: u64) -> io::Result<()> {
        match due(|fault| matches!(fault, Fault::Allocate { .. })) {
            Some(Fault::Allocate { errno }) => Err(io::Error::from_raw_os_error(errno)),
            _ => self.file.set_len(bytes),
        }
    }
}
