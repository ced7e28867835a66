//! Which kind of message comes next.

use fastrand::Rng;

/// A kind of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An order that rests.
    New,
    /// A cancel of a resting order.
    Cancel,
    /// An order that trades at once, whole.
    Marketable,
    /// A resting order gets another price and enters the book again.
    Replace,
}

/// Deals kinds in hundreds: 49 new, 41 cancel, 7 marketable, 3 replace, each hundred shuffled.
#[derive(Clone, Debug, Default)]
pub struct Shares(Vec<Kind>);

impl Shares {
    /// The next kind.
    pub fn deal(&mut self, rng: &mut Rng) -> Kind {
        if self.0.is_empty() {
            let of = |kind, count| std::iter::repeat_n(kind, count);
            self.0.extend(of(Kind::New, 49).chain(of(Kind::Cancel, 41)));
            self.0.extend(of(Kind::Marketable, 7).chain(of(Kind::Replace, 3)));
            rng.shuffle(&mut self.0);
        }
        self.0.pop().unwrap_or(Kind::New)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_has_the_shares_that_it_claims() {
        let mut rng = Rng::with_seed(1);
        let mut shares = Shares::default();
        for _ in 0..3 {
            let dealt: Vec<_> = (0..100).map(|_| shares.deal(&mut rng)).collect();
            let count = |kind| dealt.iter().filter(|dealt| **dealt == kind).count();
            let counts = [Kind::New, Kind::Cancel, Kind::Marketable, Kind::Replace].map(count);
            assert_eq!(counts, [49, 41, 7, 3]);
        }
    }
}
