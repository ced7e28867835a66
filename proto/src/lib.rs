//! The public gRPC interface of the exchange: messages, clients and servers, generated from the `.proto` files of
//! package `coretime.exchange.v1`.
//!
//! The documentation of the interface is in those files (`proto/coretime/exchange/v1`): units, errors, what each
//! call promises. This crate adds nothing to them; bots in other languages are made from the same files.
//!
//! - Promise: what is in v1 stays. Fields and calls are added, never changed in meaning, renumbered or taken away.
//! - The files keep to buf's STANDARD rules and every element has a comment; `tests/style.rs` checks that.
//! - Building needs cargo alone: the files are compiled in Rust, there is no protoc.
//!
//! Deliberately absent: conversions to the engine's types (the gateway's business), and any knowledge of the engine.

mod codec;

/// The services and messages of package `coretime.exchange.v1`.
pub mod v1 {
    // Generated code: its documentation is in the .proto files, its style the generator's.
    #![allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]
    #![allow(rustdoc::broken_intra_doc_links, rustdoc::invalid_html_tags)]

    tonic::include_proto!("coretime.exchange.v1");
}

/// The compiled description of the interface, comments included: what server reflection shows.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
