//! Amounts and prices as people write and read them: the only place where planck become decimals, and decimals planck.
//!
//! - An amount is exact both ways, or it is refused; what no decimal holds is shown in planck.
//! - People give a price as the token for a whole core and day; the market counts planck for one part during one
//!   timeslice. Who writes a limit says to whose safety it is rounded ([`Rounding`]).
//!
//! Deliberately absent: dates, regions, and any protocol.

mod digits;
mod token;

pub use digits::grouped;
pub use token::{AmountError, Prefix, Rounding, Token};
