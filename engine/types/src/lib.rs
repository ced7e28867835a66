//! The exchange's vocabulary: quantities, commands, events, reject reasons.
