//! What accounts have to sell.

use super::FlowError;
use fastrand::Rng;

/// Something in an account's hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held<T> {
    pub(super) account: u16,
    pub(super) what: T,
    /// Whether it was bought in the flow, or is the rest of what was sold.
    pub(super) traded: bool,
}

/// What is in the hands of several accounts.
#[derive(Debug)]
pub(super) struct Hands<T> {
    whole: Vec<Held<T>>,
    traded: Vec<Held<T>>,
}

impl<T> Default for Hands<T> {
    fn default() -> Self {
        Hands { whole: Vec::new(), traded: Vec::new() }
    }
}

impl<T> Hands<T> {
    pub(super) fn put(&mut self, held: Held<T>) {
        if held.traded { self.traded.push(held) } else { self.whole.push(held) }
    }

    /// How much was not traded before.
    pub(super) fn whole(&self) -> usize {
        self.whole.len()
    }

    /// Takes back what was traded, but for the last `most` things.
    pub(super) fn give_back(&mut self, most: usize) -> impl Iterator<Item = Held<T>> {
        let surplus = self.traded.len().saturating_sub(most);
        self.traded.drain(..surplus)
    }

    /// Something at random: seven times in eight what was not traded before, if there is any. So trades do not in time
    /// cut all that is sold into the smallest parts.
    pub(super) fn draw(&mut self, rng: &mut Rng) -> Result<Held<T>, FlowError> {
        let traded = !self.traded.is_empty() && (self.whole.is_empty() || rng.u8(0..8) == 0);
        let hand = if traded { &mut self.traded } else { &mut self.whole };
        if hand.is_empty() {
            return Err(FlowError::Nothing("region in hand"));
        }
        Ok(hand.swap_remove(rng.usize(0..hand.len())))
    }
}
