//! The floor: what price-time priority alone costs on this machine, with nothing else attached.
//!
//! One array of price levels a side, a bitmap that says which levels hold orders, a slab of orders chained in arrival
//! order, and a hash map from order ids to places in the slab. It knows no accounts, no money, no windows and no
//! shares, checks next to nothing and allocates nothing once the slab is large enough. A book of ours cannot be faster
//! than this; how near it comes is the point.

use coretime_types::Side;
use rustc_hash::FxHashMap;

/// Prices are below this: 64 words of 64 bits.
pub const PRICES: u32 = 64 * 64;

/// Where a chain of orders ends.
const NONE: u32 = u32::MAX;

/// A trade as an ordinary book sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fill {
    /// The resting order's id.
    pub maker: u64,
    /// The resting order's price.
    pub price: u32,
    /// What was traded.
    pub quantity: u32,
}

/// The book.
#[derive(Clone, Debug)]
pub struct FloorBook {
    bids: Levels,
    asks: Levels,
    slab: Slab,
    places: FxHashMap<u64, u32>,
}

#[derive(Clone, Copy, Debug)]
struct Order {
    id: u64,
    price: u32,
    quantity: u32,
    before: u32,
    after: u32,
    side: Side,
}

impl Default for FloorBook {
    fn default() -> Self {
        FloorBook::with_capacity(0)
    }
}

impl FloorBook {
    /// An empty book with room for so many resting orders.
    pub fn with_capacity(orders: usize) -> FloorBook {
        FloorBook {
            bids: Levels::new(),
            asks: Levels::new(),
            slab: Slab { orders: Vec::with_capacity(orders), free: NONE },
            places: FxHashMap::with_capacity_and_hasher(orders, rustc_hash::FxBuildHasher),
        }
    }

    /// Trades the order against the other side, then rests what is left of it. Returns what was left. A price of
    /// [`PRICES`] or more, no quantity, or an id that rests already changes nothing and returns `None`.
    pub fn place(
        &mut self,
        id: u64,
        side: Side,
        price: u32,
        quantity: u32,
        fills: &mut impl FnMut(Fill),
    ) -> Option<u32> {
        if price >= PRICES || quantity == 0 || self.places.contains_key(&id) {
            return None;
        }
        let left = self.take(side, price, quantity, fills);
        if left > 0 {
            self.rest(Order { id, price, quantity: left, before: NONE, after: NONE, side });
        }
        Some(left)
    }

    /// Takes an order out. Whether it rested.
    pub fn cancel(&mut self, id: u64) -> bool {
        let Some(place) = self.places.remove(&id) else { return false };
        self.unlink(place);
        true
    }

    /// Gives an order another price or quantity: at the same price and not more it keeps its place, else it is taken
    /// out and placed again. Returns what rests of it, `None` if it does not rest now or the values are invalid.
    pub fn replace(
        &mut self,
        id: u64,
        price: u32,
        quantity: u32,
        fills: &mut impl FnMut(Fill),
    ) -> Option<u32> {
        if price >= PRICES || quantity == 0 {
            return None;
        }
        let place = *self.places.get(&id)?;
        let order = &mut self.slab.orders[place as usize];
        if order.price == price && quantity <= order.quantity {
            order.quantity = quantity;
            return Some(quantity);
        }
        let side = order.side;
        self.places.remove(&id);
        self.unlink(place);
        self.place(id, side, price, quantity, fills)
    }

    /// What rests of an order.
    pub fn quantity(&self, id: u64) -> Option<u32> {
        let place = *self.places.get(&id)?;
        Some(self.slab.orders[place as usize].quantity)
    }

    /// How many orders rest.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether nothing rests.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    fn take(&mut self, side: Side, price: u32, quantity: u32, fills: &mut impl FnMut(Fill)) -> u32 {
        let mut left = quantity;
        while left > 0 {
            let best = match side {
                Side::Bid => self.asks.lowest().filter(|best| *best <= price),
                Side::Ask => self.bids.highest().filter(|best| *best >= price),
            };
            let Some(best) = best else { break };
            let levels = match side {
                Side::Bid => &self.asks,
                Side::Ask => &self.bids,
            };
            let place = levels.ends[best as usize].first;
            let maker = &mut self.slab.orders[place as usize];
            let traded = left.min(maker.quantity);
            left -= traded;
            maker.quantity -= traded;
            let id = maker.id;
            fills(Fill { maker: id, price: best, quantity: traded });
            if maker.quantity == 0 {
                self.places.remove(&id);
                self.unlink(place);
            }
        }
        left
    }

    fn rest(&mut self, mut order: Order) {
        let levels = match order.side {
            Side::Bid => &mut self.bids,
            Side::Ask => &mut self.asks,
        };
        let last = levels.ends[order.price as usize].last;
        order.before = last;
        let place = self.slab.insert(order);
        levels.ends[order.price as usize].last = place;
        if last == NONE {
            levels.ends[order.price as usize].first = place;
            levels.mark(order.price);
        } else {
            self.slab.orders[last as usize].after = place;
        }
        self.places.insert(order.id, place);
    }

    fn unlink(&mut self, place: u32) {
        let Order { price, before, after, side, .. } = self.slab.orders[place as usize];
        let levels = match side {
            Side::Bid => &mut self.bids,
            Side::Ask => &mut self.asks,
        };
        let ends = &mut levels.ends[price as usize];
        match before {
            NONE => ends.first = after,
            before => self.slab.orders[before as usize].after = after,
        }
        match after {
            NONE => ends.last = before,
            after => self.slab.orders[after as usize].before = before,
        }
        if ends.first == NONE {
            levels.unmark(price);
        }
        self.slab.free(place);
    }
}

#[derive(Clone, Copy, Debug)]
struct Ends {
    first: u32,
    last: u32,
}

/// The levels of one side, by price.
#[derive(Clone, Debug)]
struct Levels {
    ends: Vec<Ends>,
    /// A bit a price: whether orders rest there.
    words: [u64; 64],
    /// A bit a word: whether it has any bit.
    summary: u64,
}

impl Levels {
    fn new() -> Levels {
        let empty = Ends { first: NONE, last: NONE };
        Levels { ends: vec![empty; PRICES as usize], words: [0; 64], summary: 0 }
    }

    fn mark(&mut self, price: u32) {
        self.words[(price / 64) as usize] |= 1 << (price % 64);
        self.summary |= 1 << (price / 64);
    }

    fn unmark(&mut self, price: u32) {
        let word = &mut self.words[(price / 64) as usize];
        *word &= !(1 << (price % 64));
        if *word == 0 {
            self.summary &= !(1 << (price / 64));
        }
    }

    fn lowest(&self) -> Option<u32> {
        if self.summary == 0 {
            return None;
        }
        let word = self.summary.trailing_zeros();
        Some(word * 64 + self.words[word as usize].trailing_zeros())
    }

    fn highest(&self) -> Option<u32> {
        if self.summary == 0 {
            return None;
        }
        let word = 63 - self.summary.leading_zeros();
        Some(word * 64 + 63 - self.words[word as usize].leading_zeros())
    }
}

/// Orders in one vector; freed places are chained by `after` and used again, the last freed first.
#[derive(Clone, Debug)]
struct Slab {
    orders: Vec<Order>,
    free: u32,
}

impl Slab {
    fn insert(&mut self, order: Order) -> u32 {
        if self.free == NONE {
            self.orders.push(order);
            // Fewer than 2^32 orders rest at once: each is 32 bytes.
            return u32::try_from(self.orders.len() - 1).unwrap_or(NONE);
        }
        let place = self.free;
        self.free = self.orders[place as usize].after;
        self.orders[place as usize] = order;
        place
    }

    fn free(&mut self, place: u32) {
        self.orders[place as usize].after = self.free;
        self.free = place;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Nothing but a list of orders in order of arrival.
    #[derive(Default)]
    struct Naive(Vec<(u64, Side, u32, u32)>);

    impl Naive {
        fn place(&mut self, id: u64, side: Side, price: u32, mut quantity: u32) -> (Vec<Fill>, Option<u32>) {
            let mut fills = Vec::new();
            if quantity == 0 || price >= PRICES || self.0.iter().any(|order| order.0 == id) {
                return (fills, None);
            }
            while quantity > 0 {
                let others = self.0.iter().enumerate().filter(|(_, order)| order.1 != side);
                // `min_by_key` gives the first of equals: the earliest.
                let best = match side {
                    Side::Bid => {
                        others.filter(|(_, order)| order.2 <= price).min_by_key(|(_, order)| order.2)
                    }
                    Side::Ask => others
                        .filter(|(_, order)| order.2 >= price)
                        .min_by_key(|(_, order)| std::cmp::Reverse(order.2)),
                };
                let Some((place, _)) = best else { break };
                let maker = &mut self.0[place];
                let traded = quantity.min(maker.3);
                fills.push(Fill { maker: maker.0, price: maker.2, quantity: traded });
                quantity -= traded;
                maker.3 -= traded;
                if maker.3 == 0 {
                    self.0.remove(place);
                }
            }
            if quantity > 0 {
                self.0.push((id, side, price, quantity));
            }
            (fills, Some(quantity))
        }

        fn cancel(&mut self, id: u64) -> bool {
            let before = self.0.len();
            self.0.retain(|order| order.0 != id);
            self.0.len() < before
        }

        fn replace(&mut self, id: u64, price: u32, quantity: u32) -> (Vec<Fill>, Option<u32>) {
            let found = self.0.iter_mut().find(|order| order.0 == id);
            let Some(order) = found.filter(|_| quantity > 0 && price < PRICES) else {
                return (Vec::new(), None);
            };
            if order.2 == price && quantity <= order.3 {
                order.3 = quantity;
                return (Vec::new(), Some(quantity));
            }
            let side = order.1;
            self.cancel(id);
            self.place(id, side, price, quantity)
        }
    }

    #[derive(Clone, Debug)]
    enum Step {
        Place(u64, bool, u32, u32),
        Cancel(u64),
        Replace(u64, u32, u32),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        // Prices around a border of the bitmap's words, and now and then one that is not allowed.
        let price = prop_oneof![20 => 60_u32..70, 1 => Just(0), 1 => Just(PRICES - 1), 1 => Just(PRICES)];
        let step = prop_oneof![
            4 => (0..40_u64, any::<bool>(), price.clone(), 0..9_u32)
                .prop_map(|(id, bid, price, quantity)| Step::Place(id, bid, price, quantity)),
            1 => (0..40_u64).prop_map(Step::Cancel),
            2 => (0..40_u64, price, 0..9_u32)
                .prop_map(|(id, price, quantity)| Step::Replace(id, price, quantity)),
        ];
        prop::collection::vec(step, 1..200)
    }

    proptest! {
        #[test]
        fn it_does_what_a_list_of_orders_does(steps in steps()) {
            let mut naive = Naive::default();
            let mut floor = FloorBook::default();
            for step in steps {
                let mut fills = Vec::new();
                let mut note = |fill| fills.push(fill);
                match step {
                    Step::Place(id, bid, price, quantity) => {
                        let side = if bid { Side::Bid } else { Side::Ask };
                        let left = floor.place(id, side, price, quantity, &mut note);
                        prop_assert_eq!((fills, left), naive.place(id, side, price, quantity));
                    }
                    Step::Cancel(id) => prop_assert_eq!(floor.cancel(id), naive.cancel(id)),
                    Step::Replace(id, price, quantity) => {
                        let left = floor.replace(id, price, quantity, &mut note);
                        prop_assert_eq!((fills, left), naive.replace(id, price, quantity));
                    }
                }
                prop_assert_eq!(floor.len(), naive.0.len());
                for order in &naive.0 {
                    prop_assert_eq!(floor.quantity(order.0), Some(order.3));
                }
            }
        }
    }
}
