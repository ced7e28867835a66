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

use super::point::{Place, Point};
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

const NO_CHILD: Child = Child { key: Key::WORST, point: Point([0; 5]), child: NONE };

#[derive(Clone, Debug)]
struct Node {
    parent: u32,
    len: u8,
    is_leaf: bool,
    children: [Child; WIDTH],
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
    fn children(&self) -> &[Child] {
        &self.children[..usize::from(self.len)]
    }

    fn best_key(&self) -> Key {
        self.children().iter().map(|child| child.key).min().unwrap_or(Key::WORST)
    }

    fn corner(&self) -> Point {
        self.children().iter().fold(Point::default(), |corner, child| corner.or(child.point))
    }

    fn position(&self, child: u32) -> Option<usize> {
        self.children().iter().position(|one| one.child == child)
    }
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
        let is_open = |child: &Child, best: &Option<Found>| {
            let better = match best {
                None => child.key <= limit,
                Some(best) => {
                    child.key < best.key || child.key == best.key && child.point.0[0] > best.point.0[0]
                }
            };
            better && child.point.reaches(corner)
        };
        if node.is_leaf {
            for child in node.children() {
                if is_open(child, best)
                    && let Some(key) = accept(child.child, child.key)
                {
                    let found = Child { key, ..*child };
                    if is_open(&found, best) {
                        *best = Some(Found { key, point: child.point, item: child.child });
                    }
                }
            }
            return;
        }
        // The most promising child first, so that the others are more often left out.
        let open = node.children().iter().filter(|child| is_open(child, best));
        let Some(first) = open.min_by_key(|child| child.key).map(|child| child.child) else { return };
        self.search_node(first, corner, best, limit, accept);
        for child in node.children() {
            if child.child != first && is_open(child, best) {
                self.search_node(child.child, corner, best, limit, accept);
            }
        }
    }

    /// All items whose points reach `corner`.
    pub(crate) fn visit(&self, corner: &Point, visit: &mut impl FnMut(u32)) {
        self.visit_node(self.root, corner, visit);
    }

    fn visit_node(&self, node: u32, corner: &Point, visit: &mut impl FnMut(u32)) {
        let node = &self.nodes[node as usize];
        for child in node.children().iter().filter(|child| child.point.reaches(corner)) {
            if node.is_leaf {
                visit(child.child);
            } else {
                self.visit_node(child.child, corner, visit);
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
            let len = usize::from(self.nodes[node as usize].len);
            let places = &mut self.places[node as usize];
            let at = places[..len].partition_point(|from| *from <= place).saturating_sub(1);
            places[at] = places[at].min(place);
            node = self.nodes[node as usize].children[at].child;
        }
        leaf_of[item as usize] = node;
        self.add_child(node, Child { key, point, child: item }, place, leaf_of);
        self.best_key = self.best_key.min(key);
    }

    /// An item's key is another one now.
    pub(crate) fn change_key(&mut self, item: u32, key: Key, leaf_of: &[u32]) {
        let mut node = leaf_of[item as usize];
        let mut child = item;
        let mut key = key;
        // Upwards, for as long as it makes a difference.
        while node != NONE {
            let this = &mut self.nodes[node as usize];
            let Some(at) = this.position(child) else { return };
            let before = this.children[at].key;
            if before == key {
                return;
            }
            this.children[at].key = key;
            key = this.best_key();
            (child, node) = (node, this.parent);
        }
        self.best_key = key;
    }

    /// Takes an item out.
    pub(crate) fn remove(&mut self, item: u32, leaf_of: &mut [u32]) {
        let leaf = std::mem::replace(&mut leaf_of[item as usize], NONE);
        self.remove_child(leaf, item);
        self.best_key = self.nodes[self.root as usize].best_key();
    }

    fn remove_child(&mut self, node: u32, child: u32) {
        let this = &mut self.nodes[node as usize];
        let Some(at) = this.position(child) else { return };
        let len = usize::from(this.len);
        this.children.copy_within(at + 1..len, at);
        self.places[node as usize].copy_within(at + 1..len, at);
        this.len -= 1;
        let (len, parent) = (this.len, this.parent);
        if parent == NONE {
            self.lower_root();
        } else if len == 0 {
            self.unused.push(node);
            self.remove_child(parent, node);
        } else {
            self.summarise(node);
        }
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
            let child = root.children[0].child;
            self.unused.push(self.root);
            self.root = child;
            self.nodes[child as usize].parent = NONE;
        }
    }

    /// Tells the nodes above what a node holds, for as long as it makes a difference.
    fn summarise(&mut self, mut node: u32) {
        loop {
            let this = &self.nodes[node as usize];
            let (key, point, parent) = (this.best_key(), this.corner(), this.parent);
            if parent == NONE {
                return;
            }
            let above = &mut self.nodes[parent as usize];
            let Some(at) = above.position(node) else { return };
            let child = &mut above.children[at];
            if child.key == key && child.point == point {
                return;
            }
            (child.key, child.point) = (key, point);
            node = parent;
        }
    }

    /// Adds a child where its place is; splits the node if it is full.
    fn add_child(&mut self, mut node: u32, child: Child, place: Place, leaf_of: &mut [u32]) {
        if usize::from(self.nodes[node as usize].len) == WIDTH {
            let right = self.split(node, leaf_of);
            if place >= self.places[right as usize][0] {
                node = right;
                self.adopt(node, child.child, leaf_of);
            }
        }
        let this = &mut self.nodes[node as usize];
        let places = &mut self.places[node as usize];
        let len = usize::from(this.len);
        let at = places[..len].partition_point(|from| *from <= place);
        this.children.copy_within(at..len, at + 1);
        places.copy_within(at..len, at + 1);
        this.children[at] = child;
        places[at] = place;
        this.len += 1;
        self.summarise(node);
    }

    /// Moves the upper half of a full node into a new one beside it.
    fn split(&mut self, node: u32, leaf_of: &mut [u32]) -> u32 {
        const HALF: usize = WIDTH / 2;
        let right = self.new_node(self.nodes[node as usize].is_leaf);
        let mut children = [NO_CHILD; WIDTH];
        children[..HALF].copy_from_slice(&self.nodes[node as usize].children[HALF..]);
        let mut places = [0; WIDTH];
        places[..HALF].copy_from_slice(&self.places[node as usize][HALF..]);
        self.nodes[node as usize].len = HALF as u8;
        self.nodes[right as usize].len = HALF as u8;
        self.nodes[right as usize].children = children;
        self.places[right as usize] = places;
        for moved in &children[..HALF] {
            self.adopt(right, moved.child, leaf_of);
        }
        let parent = match self.nodes[node as usize].parent {
            NONE => self.raise_root(node),
            parent => parent,
        };
        self.summarise(node);
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
        let new = &mut self.nodes[root as usize];
        new.children[0] = child;
        new.len = 1;
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
        let node = Node { parent: NONE, len: 0, is_leaf, children: [NO_CHILD; WIDTH] };
        if let Some(unused) = self.unused.pop() {
            self.nodes[unused as usize] = node;
            return unused;
        }
        self.nodes.push(node);
        self.places.push([0; WIDTH]);
        (self.nodes.len() - 1) as u32
    }
}
