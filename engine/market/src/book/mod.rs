//! The book: what rests, so arranged that the best counter-order that fits is found without looking at those that do
//! not.

mod heap;
mod point;
mod shelf;
mod side;
mod tree;

pub(crate) use point::Point;
pub(crate) use shelf::Shape;
pub(crate) use side::Side;
pub(crate) use tree::Key;
