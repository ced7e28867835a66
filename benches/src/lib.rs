//! What is fast, measured: `cargo bench -p benches`, and next to others: `cargo run --release -p benches --bin compare`.

pub mod adversary;
pub mod alone;
pub mod contest;
pub mod floor;
pub mod flow;
pub mod measure;
pub mod report;
pub mod subject;
