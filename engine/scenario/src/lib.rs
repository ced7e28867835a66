//! The JSON Lines scenario format of the market rules.
