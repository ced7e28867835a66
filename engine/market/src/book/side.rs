//! One side of the book: shelves of orders, and for each lot a tree of the shelves' shapes.

use super::heap::Entry;
use super::point::Point;
use super::shelf::{Shape, Shelf};
use super::tree::{Found, Key, Tree};
use crate::groups::Groups;
use crate::table::Table;
use coretime_types::{Parts, Timeslice};
use prefetch_index::prefetch_index;

const NONE: u32 = u32::MAX;

/// Shapes of one lot. Lots are told apart before anything else: what two lots have in common is no matter of more or
/// less, so no node of a tree could say it of all that it holds.
#[derive(Clone, Debug)]
struct Class {
    lot_parts: Parts,
    renewal: bool,
    shapes: Tree,
}

/// Where an item stands.
#[derive(Clone, Copy, Debug)]
struct Standing {
    shelf: u32,
    priority: u64,
}

const NOWHERE: Standing = Standing { shelf: NONE, priority: 0 };

/// One side of the book. Items are numbers of its owner's: bids by their orders, pieces by their regions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Side {
    classes: Vec<Class>,
    shelves: Vec<Shelf>,
    unused_shelves: Vec<u32>,
    shelf_of_shape: Table<Shape, u32>,
    leaf_of_shelf: Vec<u32>,
    standings: Vec<Standing>,
    /// Shelves by the last moment at which what is on them can trade.
    lifetimes: Groups,
}

impl Side {
    /// Fetches where an item stands, without waiting for it.
    pub(crate) fn look_at(&self, item: u32) {
        prefetch_index(&self.standings, item as usize);
    }

    /// Puts an item on the shelf of its shape.
    pub(crate) fn insert(&mut self, item: u32, shape: Shape, key: Key) {
        let shelf_index = self.shelf_of_shape.get(shape).unwrap_or_else(|| self.new_shelf(shape, key));
        let at = item as usize;
        if self.standings.len() <= at {
            self.standings.resize(at + 1, NOWHERE);
        }
        self.standings[at] = Standing { shelf: shelf_index, priority: key.priority };
        let shelf = &mut self.shelves[shelf_index as usize];
        let best = shelf.best();
        shelf.entries.push(Entry { key, item });
        shelf.valid += 1;
        if best.is_some_and(|best| key < best.key) {
            let class = usize::from(shelf.class);
            self.classes[class].shapes.change_key(shelf_index, key, &self.leaf_of_shelf);
        }
    }

    /// Takes an item away. Says whether it was there.
    pub(crate) fn remove(&mut self, item: u32) -> bool {
        let Some(standing) = self.standings.get_mut(item as usize) else { return false };
        if standing.shelf == NONE {
            return false;
        }
        let shelf_index = std::mem::replace(standing, NOWHERE).shelf;
        let shelf = &mut self.shelves[shelf_index as usize];
        shelf.valid -= 1;
        if shelf.valid == 0 {
            self.drop_shelf(shelf_index);
            return true;
        }
        let before = shelf.best();
        let standings = &self.standings;
        shelf.tidy(|entry| is_valid(standings, shelf_index, entry));
        let after = shelf.best();
        if let Some(after) = after
            && before != Some(after)
        {
            let class = usize::from(shelf.class);
            self.classes[class].shapes.change_key(shelf_index, after.key, &self.leaf_of_shelf);
        }
        true
    }

    pub(crate) fn is_listed(&self, item: u32) -> bool {
        self.standings.get(item as usize).is_some_and(|standing| standing.shelf != NONE)
    }

    /// Whether anything is as good as this.
    pub(crate) fn reaches(&self, limit: Key) -> bool {
        self.classes.iter().any(|class| class.shapes.best_key() <= limit)
    }

    /// The best item that fits. `corner` says for the lot and the renewal flag of a class what its points must reach,
    /// or that none of them fits. `accept` has the last word on a shelf: it gives the key from which on items of this
    /// shape fit, in the order of keys.
    pub(crate) fn best(
        &self,
        limit: Key,
        corner: impl Fn(Parts, bool) -> Option<Point>,
        accept: impl Fn(&Shape) -> Option<Key>,
    ) -> Option<u32> {
        let mut best: Option<Found> = None;
        let mut accept = |shelf: u32, key: Key| {
            let from = accept(&self.shelves[shelf as usize].shape)?;
            if key >= from { Some(key) } else { self.first_from(shelf, from).map(|entry| entry.key) }
        };
        for class in &self.classes {
            if class.shapes.best_key() <= best.map_or(limit, |best| best.key)
                && let Some(corner) = corner(class.lot_parts, class.renewal)
            {
                class.shapes.search(&corner, &mut best, limit, &mut accept);
            }
        }
        let best = best?;
        let first = self.shelves[best.item as usize].best().filter(|entry| entry.key == best.key);
        first.or_else(|| self.first_from(best.item, best.key)).map(|entry| entry.item)
    }

    /// The best item of a shelf whose key is not before `from`: looks at all of them.
    fn first_from(&self, shelf_index: u32, from: Key) -> Option<Entry> {
        let entries = self.shelves[shelf_index as usize].entries.iter().copied();
        entries.filter(|entry| entry.key >= from && is_valid(&self.standings, shelf_index, entry)).min()
    }

    /// All items whose shapes fit, in ascending order.
    pub(crate) fn all(&self, corner: impl Fn(Parts, bool) -> Option<Point>) -> Vec<u32> {
        let mut items = Vec::new();
        for class in &self.classes {
            if let Some(corner) = corner(class.lot_parts, class.renewal) {
                class.shapes.visit(&corner, &mut |shelf| items.extend(self.on_shelf(shelf)));
            }
        }
        items.sort_unstable();
        items.dedup();
        items
    }

    /// What could trade at `before` and can no longer at `now`, in ascending order.
    pub(crate) fn ended(&self, before: Timeslice, now: Timeslice) -> Vec<u32> {
        let Some(last) = now.0.checked_sub(1) else { return Vec::new() };
        let shelves = self.lifetimes.within(before.0, last);
        let mut items: Vec<u32> = shelves.into_iter().flat_map(|shelf| self.on_shelf(shelf)).collect();
        items.sort_unstable();
        items.dedup();
        items
    }

    /// What came back to a shelf may be there twice.
    fn on_shelf(&self, shelf_index: u32) -> impl Iterator<Item = u32> {
        let entries = self.shelves[shelf_index as usize].entries.iter();
        entries.filter(move |entry| is_valid(&self.standings, shelf_index, entry)).map(|entry| entry.item)
    }

    fn new_shelf(&mut self, shape: Shape, key: Key) -> u32 {
        let class_index = self.class_of(&shape);
        let shelf_index = match self.unused_shelves.pop() {
            Some(unused) => {
                let shelf = &mut self.shelves[unused as usize];
                (shelf.shape, shelf.class, shelf.valid) = (shape, class_index, 0);
                unused
            }
            None => {
                self.shelves.push(Shelf::new(shape, class_index));
                (self.shelves.len() - 1) as u32
            }
        };
        let class = &mut self.classes[usize::from(class_index)];
        class.shapes.insert(shelf_index, shape.point, key, &mut self.leaf_of_shelf);
        self.shelf_of_shape.insert(shape, shelf_index);
        self.lifetimes.insert(shape.lives_until.0, shelf_index);
        shelf_index
    }

    fn drop_shelf(&mut self, shelf_index: u32) {
        let shelf = &mut self.shelves[shelf_index as usize];
        shelf.clear();
        self.classes[usize::from(shelf.class)].shapes.remove(shelf_index, &mut self.leaf_of_shelf);
        self.shelf_of_shape.remove(shelf.shape);
        self.lifetimes.remove(shelf.shape.lives_until.0, shelf_index);
        self.unused_shelves.push(shelf_index);
    }

    /// Lots are 1 to 80, so there are few classes.
    fn class_of(&mut self, shape: &Shape) -> u8 {
        let same = |class: &Class| class.lot_parts == shape.lot_parts && class.renewal == shape.renewal;
        let known = self.classes.iter().position(same);
        let index = known.unwrap_or_else(|| {
            let (lot_parts, renewal) = (shape.lot_parts, shape.renewal);
            self.classes.push(Class { lot_parts, renewal, shapes: Tree::default() });
            self.classes.len() - 1
        });
        index as u8
    }
}

/// Priorities are never given twice, so an entry is its item's if shelf and priority are.
fn is_valid(standings: &[Standing], shelf: u32, entry: &Entry) -> bool {
    let standing = standings[entry.item as usize];
    standing.shelf == shelf && standing.priority == entry.key.priority
}

#[cfg(test)]
mod tests {
    use super::*;
    use coretime_types::{Timeslices, Window};
    use std::cmp::Reverse;
    use std::collections::BTreeMap;

    fn reaches(point: &Point, corner: &Point) -> bool {
        point.0.iter().zip(corner.0).all(|(coordinate, least)| *coordinate >= least)
    }

    /// A side as it would be without any index.
    #[derive(Default)]
    struct Plain(BTreeMap<u32, (Shape, Key)>);

    impl Plain {
        fn best(
            &self,
            limit: Key,
            corner: impl Fn(Parts, bool) -> Option<Point>,
            accept: impl Fn(&Shape) -> Option<Key>,
        ) -> Option<u32> {
            let fits = |shape: &Shape, key: &Key| {
                let corner = corner(shape.lot_parts, shape.renewal);
                *key <= limit
                    && corner.is_some_and(|corner| reaches(&shape.point, &corner))
                    && accept(shape).is_some_and(|from| *key >= from)
            };
            let fitting = self.0.iter().filter(|(_, (shape, key))| fits(shape, key));
            // At equal keys the earliest begin: the greatest first coordinate.
            let best = fitting.min_by_key(|(_, (shape, key))| (*key, Reverse(shape.point.0[0])));
            best.map(|(item, _)| *item)
        }
    }

    /// Windows of one and the same region of time, so that many shelves and several levels of the trees arise.
    fn shape(rng: &mut fastrand::Rng, horizon: u32) -> Shape {
        let begin = rng.u32(0..horizon);
        let window = Window { begin: Timeslice(begin), end: Timeslice(begin + rng.u32(1..horizon)) };
        let least = if rng.bool() { 1 } else { rng.u32(1..=window.duration().0) };
        let lot_parts = Parts([1, 2, 7, 80][rng.usize(0..4)]);
        let parts = Parts(80 - 80 % lot_parts.0).min(Parts(lot_parts.0 * rng.u32(1..=80)));
        let point = Point::of_piece(window, Timeslices(least), parts);
        let min_fill_notional = if rng.u8(0..4) == 0 { 50 } else { 0 };
        let renewal = rng.u8(0..8) == 0;
        Shape { lot_parts, renewal, point, min_fill_notional, lives_until: point.piece_lives_until() }
    }

    fn agree(seed: u64, horizon: u32, most: u32, steps: u32) {
        let mut rng = fastrand::Rng::with_seed(seed);
        let (mut side, mut plain) = (Side::default(), Plain::default());
        let mut priority = 0;
        for step in 0..steps {
            let item = rng.u32(0..most);
            assert_eq!(side.remove(item), plain.0.remove(&item).is_some(), "seed {seed}, step {step}");
            // It grows, shrinks and grows again.
            if rng.u32(0..steps) > (step % (steps / 2)) {
                // Pieces of one ask share key and priority, but not their begin.
                let begins: Vec<u32> = plain
                    .0
                    .values()
                    .filter(|(_, key)| key.priority == priority)
                    .map(|(shape, _)| shape.point.0[0])
                    .collect();
                let shape = shape(&mut rng, horizon);
                if rng.u8(0..3) > 0 || begins.contains(&shape.point.0[0]) || begins.is_empty() {
                    priority += 1;
                }
                let known = plain.0.values().find(|(_, key)| key.priority == priority).map(|(_, key)| *key);
                let key = known.unwrap_or(Key { price: rng.u64(0..100), priority });
                side.insert(item, shape, key);
                plain.0.insert(item, (shape, key));
            }
            let within = shape(&mut rng, horizon).point;
            let duration = rng.u32(1..=within.duration().0);
            let window = Window { begin: Timeslice(!within.0[0]), end: Timeslice(within.0[1]) };
            let corner = Point::pieces_for_bid(window, Timeslices(duration));
            let (lot, parts) = (Parts(rng.u32(1..=80)), Parts(rng.u32(1..=80)));
            let corner = |other: Parts, renewal: bool| {
                corner.with_lots(lot, other, parts).filter(|_| !renewal || lot.0 > 40)
            };
            let accept = |shape: &Shape| Some(Key { price: shape.min_fill_notional, priority: 0 });
            let limit = Key { price: rng.u64(0..120), priority: u64::MAX };
            let (found, expected) = (side.best(limit, corner, accept), plain.best(limit, corner, accept));
            assert_eq!(found, expected, "seed {seed}, step {step}");
            if step % 64 == 0 {
                let fits = |shape: &Shape| {
                    corner(shape.lot_parts, shape.renewal).is_some_and(|c| reaches(&shape.point, &c))
                };
                let all: Vec<u32> =
                    plain.0.iter().filter(|(_, (shape, _))| fits(shape)).map(|(item, _)| *item).collect();
                assert_eq!(side.all(corner), all, "seed {seed}, step {step}");
                let (from, now) = (Timeslice(rng.u32(0..horizon)), Timeslice(rng.u32(0..2 * horizon)));
                let over = |shape: &Shape| from <= shape.lives_until && shape.lives_until < now;
                let ended: Vec<u32> =
                    plain.0.iter().filter(|(_, (shape, _))| over(shape)).map(|(item, _)| *item).collect();
                assert_eq!(side.ended(from, now), ended, "seed {seed}, step {step}");
            }
        }
        assert!(plain.0.len() < most as usize);
    }

    /// Many orders of few shapes, which come and go: shelves throw void entries away.
    #[test]
    fn a_shelf_keeps_its_order_however_many_leave() {
        let mut rng = fastrand::Rng::with_seed(3);
        let shapes: Vec<Shape> = (0..3).map(|_| shape(&mut rng, 5)).collect();
        let (mut side, mut plain) = (Side::default(), Plain::default());
        let everything = |_, _| Some(Point::default());
        let all = |_: &Shape| Some(Key { price: 0, priority: 0 });
        for step in 0..40_000 {
            let item = rng.u32(0..500);
            assert_eq!(side.remove(item), plain.0.remove(&item).is_some(), "step {step}");
            if rng.u64(0..40_000) > step {
                let (shape, key) = (shapes[rng.usize(0..3)], Key { price: rng.u64(0..50), priority: step });
                side.insert(item, shape, key);
                plain.0.insert(item, (shape, key));
            }
            let limit = Key { price: 50, priority: u64::MAX };
            assert_eq!(side.best(limit, everything, all), plain.best(limit, everything, all), "step {step}");
            let most = side.shelves.iter().map(|shelf| shelf.entries.len()).max();
            assert!(most <= Some(1_200), "step {step}: {most:?} entries");
        }
    }

    #[test]
    fn the_best_is_what_a_search_through_everything_finds() {
        for seed in 0..40 {
            agree(seed, 8, 60, 2_000);
            agree(seed, 60, 400, 2_000);
        }
        for seed in 0..4 {
            agree(seed, 5_000, 3_000, 12_000);
        }
    }
}
