//! How a region is carved out of its root on chain: a pure plan.
