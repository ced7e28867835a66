//! The tree, made from all liabilities at once.

use crate::{
    Branch, Hash, Side, Statement, Step,
    hash::{self, Node},
};
use coretime_types::{AccountId, PartTimeslices, Planck};

/// What an account is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Liability {
    /// Whose it is.
    pub account: AccountId,
    /// Free, held, and on its way out.
    pub funds: Planck,
    /// Of all its regions, those under orders and on their way out included.
    pub core_time: PartTimeslices,
}

/// The venue's secret, a new one for each tree: 32 random bytes.
#[derive(Clone)]
pub struct Salt(pub [u8; 32]);

/// The sums do not fit into 128 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the liabilities do not fit into 128 bits")]
pub struct Overflow;

/// The tree of all liabilities.
pub struct Tree {
    leaves: Vec<(Liability, [u8; 32])>,
    /// From the leaves to the top. An odd one at a level's end goes up unchanged.
    levels: Vec<Vec<Node>>,
}

impl Tree {
    /// Makes the tree; several liabilities of one account are added up.
    ///
    /// # Errors
    /// When the sums do not fit.
    pub fn new(liabilities: impl IntoIterator<Item = Liability>, salt: &Salt) -> Result<Tree, Overflow> {
        let mut sums: std::collections::BTreeMap<AccountId, Liability> = std::collections::BTreeMap::new();
        for one in liabilities {
            let none = Liability { account: one.account, funds: Planck::ZERO, core_time: PartTimeslices(0) };
            let sum = sums.entry(one.account).or_insert(none);
            sum.funds = sum.funds.checked_add(one.funds).ok_or(Overflow)?;
            sum.core_time.0 = sum.core_time.0.checked_add(one.core_time.0).ok_or(Overflow)?;
        }
        let mut leaves: Vec<(Liability, [u8; 32])> =
            sums.into_values().map(|one| (one, hash::account_salt(&salt.0, one.account))).collect();
        // An order that says nothing about who the neighbours are.
        leaves.sort_by_key(|(_, salt)| *salt);
        let mut levels: Vec<Vec<Node>> =
            vec![leaves.iter().map(|(one, salt)| hash::leaf(one, salt)).collect()];
        while let Some(below) = levels.last().filter(|level| level.len() > 1) {
            let above = below.chunks(2).map(|pair| match pair {
                [left, right] => hash::node(left, right).ok_or(Overflow),
                alone => alone.first().copied().ok_or(Overflow),
            });
            let above: Vec<Node> = above.collect::<Result<_, _>>()?;
            levels.push(above);
        }
        Ok(Tree { leaves, levels })
    }

    fn top(&self) -> Node {
        let top = self.levels.last().and_then(|level| level.first()).copied();
        top.unwrap_or(Node { hash: Hash::default(), funds: Planck::ZERO, core_time: PartTimeslices(0) })
    }

    /// What is owed to all together.
    pub fn total(&self) -> (Planck, PartTimeslices) {
        let top = self.top();
        (top.funds, top.core_time)
    }

    /// Puts the sums and the root into a statement about where they were compared.
    #[must_use]
    pub fn state(&self, about: Statement) -> Statement {
        let top = self.top();
        let owed_funds_planck = top.funds.0.to_string();
        let owed_core_time = top.core_time.0.to_string();
        let root = hash::root(&top, &about);
        Statement { owed_funds_planck, owed_core_time, root, ..about }
    }

    /// The branch of an account; none if it is owed nothing.
    pub fn branch(&self, account: AccountId) -> Option<Branch> {
        let mut place = self.leaves.iter().position(|(one, _)| one.account == account)?;
        let (liability, salt) = self.leaves.get(place)?;
        let mut steps = Vec::new();
        for level in &self.levels {
            let (side, sibling) = if place.is_multiple_of(2) {
                (Side::Right, place.checked_add(1))
            } else {
                (Side::Left, place.checked_sub(1))
            };
            if let Some(sibling) = sibling.and_then(|sibling| level.get(sibling)) {
                steps.push(Step {
                    side,
                    hash: sibling.hash,
                    funds_planck: sibling.funds.0.to_string(),
                    core_time: sibling.core_time.0.to_string(),
                });
            }
            place /= 2;
        }
        Some(Branch {
            account: Hash(liability.account.0),
            salt: Hash(*salt),
            funds_planck: liability.funds.0.to_string(),
            core_time: liability.core_time.0.to_string(),
            steps,
        })
    }
}
