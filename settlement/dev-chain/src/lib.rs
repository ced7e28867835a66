//! A development chain in process: blocks, pool, finality and JSON-RPC over the real pallet-broker.
