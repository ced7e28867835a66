//! The development chain's FRAME runtime.
