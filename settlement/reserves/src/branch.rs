//! An account's way up to the root, and the check that its owner makes.

use crate::{
    Hash, Liability, Statement,
    hash::{self, Node},
};
use coretime_types::{AccountId, PartTimeslices, Planck};
use serde::{Deserialize, Serialize};

/// More steps than any tree has.
const MAX_STEPS: usize = 64;

/// An account's way up to the root. Amounts are decimal text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// The account's public key.
    pub account: Hash,
    /// What keeps others from guessing this leaf.
    pub salt: Hash,
    /// What the account is owed: free, held, and on its way out.
    pub funds_planck: String,
    /// Of all its regions, in part-timeslices from the first that can still be sold.
    pub core_time: String,
    /// The siblings, from the leaf to the top.
    pub steps: Vec<Step>,
}

/// A sibling on the way up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Where the sibling stands.
    pub side: Side,
    /// Its hash.
    pub hash: Hash,
    /// The funds below it.
    pub funds_planck: String,
    /// The core time below it.
    pub core_time: String,
}

/// Where a sibling stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Before.
    Left,
    /// Behind.
    Right,
}

/// Why a branch proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// An amount is none.
    #[error("{field} is {text:?}, not a decimal number of 128 bits")]
    Amount {
        /// Which.
        field: &'static str,
        /// What it says.
        text: String,
    },
    /// There is no such tree.
    #[error("the branch has {0} steps, more than any tree has")]
    TooLong(usize),
    /// The sums grow beyond all measure.
    #[error("the sums do not fit into 128 bits")]
    Overflow,
    /// It leads to other sums than the venue states.
    #[error("the branch leads to {found} in all, the statement says {stated}")]
    Sums {
        /// What it leads to.
        found: String,
        /// What is stated.
        stated: String,
    },
    /// It leads to another root than the venue states.
    #[error("the branch leads to root {found}, the statement says {stated}")]
    Root {
        /// What it leads to.
        found: Hash,
        /// What is stated.
        stated: Hash,
    },
}

impl Branch {
    /// Checks that this account is counted, with exactly these amounts, in what the venue states. Compare the amounts
    /// with your own, and the statement's block, and what custody has there, with the chain.
    ///
    /// # Errors
    /// When it proves nothing.
    pub fn verify(&self, statement: &Statement) -> Result<(), Unproven> {
        if self.steps.len() > MAX_STEPS {
            return Err(Unproven::TooLong(self.steps.len()));
        }
        let liability = Liability {
            account: AccountId(self.account.0),
            funds: Planck(amount("funds_planck", &self.funds_planck)?),
            core_time: PartTimeslices(amount("core_time", &self.core_time)?),
        };
        let mut here = hash::leaf(&liability, &self.salt.0);
        for step in &self.steps {
            let sibling = Node {
                hash: step.hash,
                funds: Planck(amount("funds_planck", &step.funds_planck)?),
                core_time: PartTimeslices(amount("core_time", &step.core_time)?),
            };
            let above = match step.side {
                Side::Left => hash::node(&sibling, &here),
                Side::Right => hash::node(&here, &sibling),
            };
            here = above.ok_or(Unproven::Overflow)?;
        }
        let stated = (
            amount("owed_funds_planck", &statement.owed_funds_planck)?,
            amount("owed_core_time", &statement.owed_core_time)?,
        );
        if (here.funds.0, here.core_time.0) != stated {
            let text =
                |(funds, core_time): (u128, u128)| format!("{funds} planck and {core_time} part-timeslices");
            return Err(Unproven::Sums {
                found: text((here.funds.0, here.core_time.0)),
                stated: text(stated),
            });
        }
        let found = hash::root(&here, statement);
        if found == statement.root {
            return Ok(());
        }
        Err(Unproven::Root { found, stated: statement.root })
    }
}

/// One way of writing a number only.
fn amount(field: &'static str, text: &str) -> Result<u128, Unproven> {
    let number = text.parse::<u128>().ok().filter(|number| number.to_string() == text);
    number.ok_or_else(|| Unproven::Amount { field, text: text.to_owned() })
}
