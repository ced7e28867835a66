//! The file that records are written to, as the writer sees it.

use std::{
    fmt::Debug,
    fs::File,
    io::{self, Write},
};

/// What the writer does to a segment's file. Tests put one in its place that fails as disks do.
pub trait SegmentFile: Debug + Send {
    /// Writes all of it behind what was written before.
    ///
    /// # Errors
    /// When the operating system refuses; then any part of it may be in the file.
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Makes what was written durable, with as much of the file's metadata as is needed to read it again.
    ///
    /// # Errors
    /// When the operating system refuses; then nobody knows what is on disk.
    fn sync_data(&mut self) -> io::Result<()>;

    /// Makes the file so long, with zeros at its end, and reserves the room for that.
    ///
    /// # Errors
    /// When there is no room, or [`io::ErrorKind::Unsupported`] where files cannot be made ready beforehand.
    fn allocate(&mut self, bytes: u64) -> io::Result<()>;
}

impl SegmentFile for File {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        Write::write_all(self, bytes)
    }

    fn sync_data(&mut self) -> io::Result<()> {
        File::sync_data(self)
    }

    #[cfg(target_os = "linux")]
    fn allocate(&mut self, bytes: u64) -> io::Result<()> {
        use rustix::fs::{FallocateFlags, fallocate};
        Ok(fallocate(&*self, FallocateFlags::empty(), 0, bytes)?)
    }

    #[cfg(not(target_os = "linux"))]
    fn allocate(&mut self, _: u64) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Says through what a segment that was opened or created is written.
pub type OpenSegment = fn(File) -> Box<dyn SegmentFile>;

/// The file itself.
pub(crate) fn plain(file: File) -> Box<dyn SegmentFile> {
    Box::new(file)
}
