//! How often an account and a connection may ask for something: each has a bucket that refills evenly. What is left in it
//! is told with every answer, before it is empty.

use coretime_types::AccountId;
use governor::{
    NotUntil, Quota, RateLimiter,
    clock::{Clock, DefaultClock, QuantaInstant},
    middleware::{StateInformationMiddleware, StateSnapshot},
    state::{InMemoryState, NotKeyed, keyed::DefaultKeyedStateStore},
};
use std::{num::NonZeroU32, time::Duration};

type Keyed =
    RateLimiter<AccountId, DefaultKeyedStateStore<AccountId>, DefaultClock, StateInformationMiddleware>;
type Direct = RateLimiter<NotKeyed, InMemoryState, DefaultClock, StateInformationMiddleware>;

/// Accounts whose bucket may be remembered before full ones are forgotten.
const ACCOUNTS_TO_TIDY: usize = 16_384;

/// A rate: so many a second, and so many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many a second, evenly.
    pub per_second: NonZeroU32,
    /// How many at once after a pause: the bucket's size.
    pub burst: NonZeroU32,
}

impl Rate {
    /// A rate; 0 is taken for 1.
    pub const fn new(per_second: u32, burst: u32) -> Rate {
        Rate { per_second: non_zero(per_second), burst: non_zero(burst) }
    }

    fn quota(self) -> Quota {
        Quota::per_second(self.per_second).allow_burst(self.burst)
    }
}

const fn non_zero(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

/// What is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    /// How many at once at most.
    pub(crate) limit: u32,
    /// How many at once now.
    pub(crate) remaining: u32,
}

/// Nothing is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exceeded {
    pub(crate) limit: u32,
    /// When there is one again.
    pub(crate) retry_delay: Duration,
}

/// The buckets of all accounts.
pub(crate) struct AccountRates {
    limit: u32,
    limiter: Keyed,
}

impl AccountRates {
    pub(crate) fn new(rate: Rate) -> AccountRates {
        let limiter = RateLimiter::keyed(rate.quota()).with_middleware();
        AccountRates { limit: rate.burst.get(), limiter }
    }

    pub(crate) fn take(&self, account: AccountId) -> Result<Left, Exceeded> {
        let taken = self.limiter.check_key(&account);
        read(self.limit, taken)
    }

    /// Forgets buckets that are full again, if there are many.
    pub(crate) fn tidy(&self) {
        if self.limiter.len() > ACCOUNTS_TO_TIDY {
            self.limiter.retain_recent();
        }
    }
}

/// The bucket of one connection.
pub(crate) struct ConnectionRate {
    limit: u32,
    limiter: Direct,
}

impl ConnectionRate {
    pub(crate) fn new(rate: Rate) -> ConnectionRate {
        let limiter = RateLimiter::direct(rate.quota()).with_middleware();
        ConnectionRate { limit: rate.burst.get(), limiter }
    }

    pub(crate) fn take(&self) -> Result<Left, Exceeded> {
        read(self.limit, self.limiter.check())
    }
}

fn read(limit: u32, taken: Result<StateSnapshot, NotUntil<QuantaInstant>>) -> Result<Left, Exceeded> {
    match taken {
        Ok(state) => Ok(Left { limit, remaining: state.remaining_burst_capacity() }),
        Err(until) => {
            Err(Exceeded { limit, retry_delay: until.wait_time_from(DefaultClock::default().now()) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_tells_what_is_left_and_when_there_is_more() {
        let rates = AccountRates::new(Rate::new(1, 3));
        let (alice, bob) = (AccountId([1; 32]), AccountId([2; 32]));
        for remaining in [2, 1, 0] {
            assert_eq!(rates.take(alice), Ok(Left { limit: 3, remaining }));
        }
        let exceeded = rates.take(alice).unwrap_err();
        assert!(exceeded.retry_delay > Duration::ZERO && exceeded.retry_delay <= Duration::from_secs(1));
        assert!(rates.take(bob).is_ok());
        let connection = ConnectionRate::new(Rate::new(1, 1));
        assert!(connection.take().is_ok() && connection.take().is_err());
    }
}
