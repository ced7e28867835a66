//! What crashes, disks, processes and people do to a log.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy does not take helpers of tests for tests")]

mod archive;
mod damage;
mod disk;
mod faulty_file;
mod flips;
mod format;
mod fuzz;
mod outputs;
mod processes;
mod reader;
mod segments;
mod support;
mod torn;
