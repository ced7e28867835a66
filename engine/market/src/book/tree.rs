//! The best of the shapes that reach a corner: a B-tree of points along a space-filling curve, in which each node knows
//! the corner that none of its points exceeds and the best key among them.
//!
//! A search goes down only where both can still lead to something better: a node whose corner does not reach, or whose
//! best key is no better than what was found, is left out with everything in it. Points that are near each other in
//! time, duration and parts are in one node, whatever their price. So orders that are cheap but lie elsewhere are passed
//! over together, and it is of no use to mix them with others: only nodes on the border of what fits are visited in vain.
//!
//! With `n` shapes: adding, taking out and changing a key cost O(log n). A search costs O(log n) where what is best fits,
//! and in the worst case as many nodes as the border of the corner crosses: O(n^(1 - 1/d)) for shapes that differ in
//! `d` coordinates (the bound of k-d trees, which these nodes are but for the shape of their boxes).

use super::point::{AXES, Place, Point};
use std::cmp::Ordering;

/// How many children a node has at most.
const WIDTH: usize = 16;
const NONE: u32 = u32::MAX;

/// What is best: the price, turned so that less is better, and then the priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) price: u64,
    pub(crate) priority: u64,
}

impl Key {
    pub(crate) const WORST: Key = Key { price: u64::MAX, priority: u64::MAX };

    /// Both as one number: comparing keys is what searches do most, and so it takes no branch.
    fn rank(self) -> u128 {
        u128::from(self.price) << 64 | u128::from(self.priority)
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Key) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What a search has found. At equal keys (pieces of one ask) the earliest begin counts: a greater first coordinate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) key: Key,
    pub(crate) point: Point,
    pub(crate) item: u32,
}

/// A child of a node: another node, or in a leaf an item.
#[derive(Clone, Copy, Debug)]
struct Child {
    key: Key,
    point: Point,
    child: u32,
}

/// A node. What its children have of one kind lies together, so that it is compared with a corner in a few steps.
#[derive(Clone, Debug)]
struct Node {
    parent: u32,
    len: u8,
    is_leaf: bool,
    children: [u32; WIDTH],
    /// The children's points, coordinate by coordinate.
    points: [[u32; WIDTH]; AXES],
    /// Of no child: the worst.
    keys: [Key; WIDTH],
}

/// The places from which a node's children begin on the curve. Only changes of the tree look at them.
type Places = [Place; WIDTH];

#[derive(Clone, Debug)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
    places: Vec<Places>,
    unused: Vec<u32>,
    root: u32,
    /// The best key of all, which every search asks for first.
    best_key: Key,
}

impl Default for Tree {
    fn default() -> Self {
        let mut tree =
            Tree { nodes: Vec::new(), places: Vec::new(), unused: Vec::new(), root: 0, best_key: Key::WORST };
        tree.root = tree.new_node(true);
        tree
    }
}

impl Node {
    fn new(is_leaf: bool) -> Node {
        let (children, points, keys) = ([NONE; WIDTH], [[0; WIDTH]; AXES], [Key::WORST; WIDTH]);
        Node { parent: NONE, len: 0, is_leaf, children, points, keys }
    }

    fn len(&self) -> usize {
        usize::from(self.len)
    }

    fn point(&self, at: usize) -> Point {
        Point(std::array::from_fn(|axis| self.points[axis][at]))
    }

    fn child(&self, at: usize) -> Child {
        Child { key: self.keys[at], point: self.point(at), child: self.children[at] }
    }

    fn best_key(&self) -> Key {
        self.keys.iter().fold(Key::WORST, |best, key| best.min(*key))
    }

    fn corner(&self) -> Point {
        Point(std::array::from_fn(|axis| self.points[axis].iter().fold(0, |most, one| most.max(*one))))
    }

    fn position(&self, child: u32) -> Option<usize> {
        self.children[..self.len()].iter().position(|one| *one == child)
    }

    /// Which children reach a corner: a bit for each.
    fn reaching(&self, corner: &Point) -> u32 {
        let mut reaches = [u32::MAX; WIDTH];
        for (points, least) in self.points.iter().zip(corner.0) {
            for (reaches, point) in reaches.iter_mut().zip(points) {
                *reaches &= if *point >= least { u32::MAX } else { 0 };
            }
        }
        let bits = reaches.iter().enumerate().fold(0, |bits, (at, reaches)| bits | reaches & 1 << at);
        bits & ((1 << self.len) - 1)
    }

    fn set(&mut self, at: usize, key: Key, point: Point) {
        self.keys[at] = key;
        for (points, coordinate) in self.points.iter_mut().zip(point.0) {
            points[at] = coordinate;
        }
    }

    fn insert(&mut self, at: usize, child: Child) {
        let len = self.len();
        self.keys.copy_within(at..len, at + 1);
        self.children.copy_within(at..len, at + 1);
        for points in &mut self.points {
            points.copy_within(at..len, at + 1);
        }
        self.len += 1;
        self.children[at] = child.child;
        self.set(at, child.key, child.point);
    }

    fn remove(&mut self, at: usize) {
        let len = self.len();
        self.keys.copy_within(at + 1..len, at);
        self.children.copy_within(at + 1..len, at);
        for points in &mut self.points {
            points.copy_within(at + 1..len, at);
        }
        self.len -= 1;
        self.children[len - 1] = NONE;
        self.set(len - 1, Key::WORST, Point::default());
    }
}

/// The places of the ones in a number.
fn ones(mut bits: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let at = bits.trailing_zeros();
        bits &= bits.checked_sub(1)?;
        Some(at as usize)
    })
}

impl Tree {
    /// The best key of all.
    pub(crate) fn best_key(&self) -> Key {
        self.best_key
    }

    // --- search ---

    /// The best item whose point reaches `corner`, if it is better than `best`. `accept` gives the key that an item
    /// really has for this search: never a better one than it has in the tree, or none at all.
    pub(crate) fn search(
        &self,
        corner: &Point,
        best: &mut Option<Found>,
        limit: Key,
        accept: &mut impl FnMut(u32, Key) -> Option<Key>,
    ) {
        self.search_node(self.root, corner, best, limit, accept);
    }

    fn search_node(
        &self,
        node: u32,
        corner: &Point,
        best: &mut Option<Found>,
        limit: Key,
        accept: &mut impl FnMut(u32, Key) -> Option<Key>,
    ) {
        let node = &self.nodes[node as usize];
        let is_better = |at: usize, key: Key, best: &Option<Found>| match best {
            None => key <= limit,
            Some(best) => key < best.key || key == best.key && node.points[0][at] > best.point.0[0],
        };
        let reaching = node.reaching(corner);
        if node.is_leaf {
            for at in ones(reaching) {
                if is_better(at, node.keys[at], best)
                    && let Some(key) = accept(node.children[at], node.keys[at])
                    && is_better(at, key, best)
                {
                    *best = Some(Found { key, point: node.point(at), item: node.children[at] });
                }
            }
            return;
        }
        // The most promising child first, so that the others are more often left out.
        let better = ones(reaching).filter(|at| is_better(*at, node.keys[*at], best));
        let Some(first) = better.min_by_key(|at| node.keys[*at]) else { return };
        self.search_node(node.children[first], corner, best, limit, accept);
        for at in ones(reaching & !(1 << first)) {
            if is_better(at, node.keys[at], best) {
                self.search_node(node.children[at], corner, best, limit, accept);
            }
        }
    }

    /// All items whose points reach `corner`.
    pub(crate) fn visit(&self, corner: &Point, visit: &mut impl FnMut(u32)) {
        self.visit_node(self.root, corner, visit);
    }

    fn visit_node(&self, node: u32, corner: &Point, visit: &mut impl FnMut(u32)) {
        let node = &self.nodes[node as usize];
        for at in ones(node.reaching(corner)) {
            if node.is_leaf {
                visit(node.children[at]);
            } else {
                self.visit_node(node.children[at], corner, visit);
            }
        }
    }

    // --- changes ---

    /// Adds an item. `leaf_of` says for each item in which leaf it is.
    pub(crate) fn insert(&mut self, item: u32, point: Point, key: Key, leaf_of: &mut Vec<u32>) {
        if leaf_of.len() <= item as usize {
            leaf_of.resize(item as usize + 1, NONE);
        }
        let place = point.place();
        let mut node = self.root;
        while !self.nodes[node as usize].is_leaf {
            let len = self.nodes[node as usize].len();
            let places = &mut self.places[node as usize];
            let at = places[..len].partition_point(|from| *from <= place).saturating_sub(1);
            places[at] = places[at].min(place);
            node = self.nodes[node as usize].children[at];
        }
        leaf_of[item as usize] = node;
        self.add_child(node, Child { key, point, child: item }, place, leaf_of);
        self.best_key = self.best_key.min(key);
    }

    /// An item's key is another one now.
    pub(crate) fn change_key(&mut self, item: u32, key: Key, leaf_of: &[u32]) {
        let (mut node, mut key) = (leaf_of[item as usize], key);
        let Some(mut at) = self.nodes[node as usize].position(item) else { return };
        // Upwards, for as long as it makes a difference.
        loop {
            let before = std::mem::replace(&mut self.nodes[node as usize].keys[at], key);
            let above = self.above(node);
            let known = above.map_or(self.best_key, |(parent, at)| self.nodes[parent as usize].keys[at]);
            if key > known {
                if before > known {
                    return;
                }
                key = self.nodes[node as usize].best_key();
            }
            if key == known {
                return;
            }
            let Some((parent, place)) = above else { break };
            (node, at) = (parent, place);
        }
        self.best_key = key;
    }

    /// The node above, and where it has this one.
    fn above(&self, node: u32) -> Option<(u32, usize)> {
        let parent = self.nodes[node as usize].parent;
        if parent == NONE {
            return None;
        }
        Some((parent, self.nodes[parent as usize].position(node)?))
    }

    /// Takes an item out.
    pub(crate) fn remove(&mut self, item: u32, leaf_of: &mut [u32]) {
        let leaf = std::mem::replace(&mut leaf_of[item as usize], NONE);
        let Some(key) = self.remove_child(leaf, item) else { return };
        if key == self.best_key {
            self.best_key = self.nodes[self.root as usize].best_key();
        }
    }

    /// Takes a child away; gives the best key that it had.
    fn remove_child(&mut self, node: u32, child: u32) -> Option<Key> {
        let this = &mut self.nodes[node as usize];
        let at = this.position(child)?;
        let Child { key, point, .. } = this.child(at);
        let len = this.len();
        this.remove(at);
        self.places[node as usize].copy_within(at + 1..len, at);
        let (len, parent) = (this.len, this.parent);
        if parent == NONE {
            self.lower_root();
        } else if len == 0 {
            self.unused.push(node);
            self.remove_child(parent, node);
        } else {
            self.narrow(node, key, point);
        }
        Some(key)
    }

    /// A root with one child is of no use.
    fn lower_root(&mut self) {
        loop {
            let root = &mut self.nodes[self.root as usize];
            if root.len == 0 {
                root.is_leaf = true;
            }
            if root.is_leaf || root.len > 1 {
                return;
            }
            let child = root.children[0];
            self.unused.push(self.root);
            self.root = child;
            self.nodes[child as usize].parent = NONE;
        }
    }

    /// Tells the nodes above that a node holds this too, for as long as it makes a difference.
    fn widen(&mut self, mut node: u32, key: Key, point: Point) {
        while let Some((parent, at)) = self.above(node) {
            let above = &mut self.nodes[parent as usize];
            let before = (above.keys[at], above.point(at));
            let wider = (before.0.min(key), before.1.or(point));
            if wider == before {
                return;
            }
            above.set(at, wider.0, wider.1);
            node = parent;
        }
    }

    /// Tells the nodes above that a node no longer holds this, for as long as it makes a difference: what was neither the
    /// best nor at the corner is not missed.
    fn narrow(&mut self, mut node: u32, mut gone_key: Key, mut gone_point: Point) {
        while let Some((parent, at)) = self.above(node) {
            let Child { key, point, .. } = self.nodes[parent as usize].child(at);
            if gone_key != key && !gone_point.touches(&point) {
                return;
            }
            let this = &self.nodes[node as usize];
            let narrower = (this.best_key(), this.corner());
            if narrower == (key, point) {
                return;
            }
            self.nodes[parent as usize].set(at, narrower.0, narrower.1);
            (gone_key, gone_point) = (key, point);
            node = parent;
        }
    }

    /// Adds a child where its place is; splits the node if it is full.
    fn add_child(&mut self, mut node: u32, child: Child, place: Place, leaf_of: &mut [u32]) {
        if self.nodes[node as usize].len() == WIDTH {
            let right = self.split(node, leaf_of);
            if place >= self.places[right as usize][0] {
                node = right;
                self.adopt(node, child.child, leaf_of);
            }
        }
        let this = &mut self.nodes[node as usize];
        let places = &mut self.places[node as usize];
        let len = this.len();
        let at = places[..len].partition_point(|from| *from <= place);
        this.insert(at, child);
        places.copy_within(at..len, at + 1);
        places[at] = place;
        self.widen(node, child.key, child.point);
    }

    /// Moves the upper half of a full node into a new one beside it.
    fn split(&mut self, node: u32, leaf_of: &mut [u32]) -> u32 {
        const HALF: usize = WIDTH / 2;
        let right = self.new_node(self.nodes[node as usize].is_leaf);
        let mut places = [0; WIDTH];
        places[..HALF].copy_from_slice(&self.places[node as usize][HALF..]);
        self.places[right as usize] = places;
        for at in (HALF..WIDTH).rev() {
            let moved = self.nodes[node as usize].child(at);
            self.nodes[node as usize].remove(at);
            self.nodes[right as usize].insert(0, moved);
            self.adopt(right, moved.child, leaf_of);
        }
        let parent = match self.nodes[node as usize].parent {
            NONE => self.raise_root(node),
            parent => parent,
        };
        if let Some((parent, at)) = self.above(node) {
            let this = &self.nodes[node as usize];
            let (key, point) = (this.best_key(), this.corner());
            // Above, nothing changes: what left this node comes back beside it.
            self.nodes[parent as usize].set(at, key, point);
        }
        let this = &self.nodes[right as usize];
        let child = Child { key: this.best_key(), point: this.corner(), child: right };
        self.nodes[right as usize].parent = parent;
        self.add_child(parent, child, places[0], leaf_of);
        right
    }

    /// A new root above the old one.
    fn raise_root(&mut self, old: u32) -> u32 {
        let root = self.new_node(false);
        let this = &self.nodes[old as usize];
        let child = Child { key: this.best_key(), point: this.corner(), child: old };
        let place = self.places[old as usize][0];
        self.nodes[root as usize].insert(0, child);
        self.places[root as usize][0] = place;
        self.nodes[old as usize].parent = root;
        self.root = root;
        root
    }

    /// From now on this child is in this node.
    fn adopt(&mut self, node: u32, child: u32, leaf_of: &mut [u32]) {
        if self.nodes[node as usize].is_leaf {
            leaf_of[child as usize] = node;
        } else {
            self.nodes[child as usize].parent = node;
        }
    }

    fn new_node(&mut self, is_leaf: bool) -> u32 {
        let node = Node::new(is_leaf);
        if let Some(unused) = self.unused.pop() {
            self.nodes[unused as usize] = node;
            return unused;
        }
        self.nodes.push(node);
        self.places.push([0; WIDTH]);
        (self.nodes.len() - 1) as u32
    }
}
