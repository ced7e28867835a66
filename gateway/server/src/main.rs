//! The exchange: one binary that composes engine, gateway and settlement.

fn main() {}
