//! The command log: what was accepted, in order, durable.
